/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbNotices: what a stranger wrote becomes one short line of letters. */
#include "control/pb-notices.h"

#include "json/pb-json.h"
#include "pb-bucket.h"

typedef struct {
  gchar *text;
  gchar *by;
  gint64 utc_us;
} Notice;

struct _PbNotices {
  GQueue queue; /* of Notice, oldest first */
  gint64 full_us; /* when PB_NOTICES_BURST may come again, monotonic */
  gint64 n; /* since the start */
};

static void
notice_free (gpointer data)
{
  Notice *notice = data;

  g_free (notice->text);
  g_free (notice->by);
  g_free (notice);
}

PbNotices *
pb_notices_new (void)
{
  return g_new0 (PbNotices, 1);
}

void
pb_notices_free (PbNotices *self)
{
  g_queue_clear_full (&self->queue, notice_free);
  g_free (self);
}

/* What ends a line, moves a cursor, turns the direction of writing, or cannot
 * be seen. */
static gboolean
is_shown (gunichar c)
{
  switch (g_unichar_type (c)) {
    case G_UNICODE_CONTROL:
    case G_UNICODE_FORMAT:
    case G_UNICODE_SURROGATE:
    case G_UNICODE_PRIVATE_USE:
    case G_UNICODE_UNASSIGNED:
    case G_UNICODE_LINE_SEPARATOR:
    case G_UNICODE_PARAGRAPH_SEPARATOR:
    case G_UNICODE_SPACE_SEPARATOR:
      return FALSE;
    default:
      return TRUE;
  }
}

/**
 * pb_notices_clean:
 * @text: valid UTF-8
 *
 * Pure.
 *
 * Returns: (transfer full): one line of at most %PB_NOTICE_CHARS characters;
 *   each run of blanks and of what is not shown is one blank, none at the ends
 */
gchar *
pb_notices_clean (const gchar *text)
{
  g_autoptr (GString) clean = g_string_new (NULL);
  gboolean has_gap = FALSE;
  guint n = 0;

  for (const gchar *c = text; *c != '\0' && n < PB_NOTICE_CHARS;
       c = g_utf8_next_char (c)) {
    const gunichar u = g_utf8_get_char (c);

    if (!is_shown (u)) {
      has_gap = n > 0;
      continue;
    }
    if (has_gap && n + 1 < PB_NOTICE_CHARS) {
      g_string_append_c (clean, ' ');
      n++;
    }
    has_gap = FALSE;
    g_string_append_unichar (clean, u);
    n++;
  }
  return g_string_free (g_steal_pointer (&clean), FALSE);
}

/**
 * pb_notices_add:
 * @text: (nullable): for the driver
 * @by: whose it is
 * @now_us: monotonic
 * @utc_us: the same moment, UTC
 *
 * Returns: (transfer full) (nullable): why not; %NULL if it was taken
 */
gchar *
pb_notices_add (PbNotices *self, const gchar *text, const gchar *by,
    gint64 now_us, gint64 utc_us)
{
  const gint64 each_us = PB_NOTICES_EACH_S * G_USEC_PER_SEC;
  g_autofree gchar *clean = pb_notices_clean (text != NULL ? text : "");
  Notice *notice;

  if (clean[0] == '\0')
    return g_strdup ("There is no text in it");
  if (!pb_bucket_take (
          &self->full_us, each_us, PB_NOTICES_BURST * each_us, now_us))
    return g_strdup_printf (
        "The driver has had %d messages just now; wait %d seconds",
        PB_NOTICES_BURST, PB_NOTICES_EACH_S);
  if (self->queue.length >= PB_NOTICES_MAX)
    notice_free (g_queue_pop_head (&self->queue));
  notice = g_new0 (Notice, 1);
  notice->text = g_steal_pointer (&clean);
  notice->by = pb_notices_clean (by);
  notice->utc_us = utc_us;
  g_queue_push_tail (&self->queue, notice);
  self->n++;
  return NULL;
}

/**
 * pb_notices_get_last:
 *
 * Returns: (transfer none) (nullable): the newest text
 */
const gchar *
pb_notices_get_last (PbNotices *self)
{
  const Notice *last = g_queue_peek_tail (&self->queue);

  return last != NULL ? last->text : NULL;
}

/**
 * pb_notices_add_json:
 * @builder: inside an object
 *
 * Adds "notices", the newest last, each with its number since the start, so
 * that whoever shows them knows which are new.
 */
void
pb_notices_add_json (PbNotices *self, JsonBuilder *builder)
{
  gint64 number = self->n - self->queue.length;

  pb_json_begin_array (builder, "notices");
  for (GList *l = self->queue.head; l != NULL; l = l->next) {
    const Notice *notice = l->data;

    json_builder_begin_object (builder);
    pb_json_add_int (builder, "number", ++number);
    pb_json_add_utc_ms (builder, "utc_ms", notice->utc_us);
    pb_json_add_text (builder, "by", notice->by);
    pb_json_add_text (builder, "text", notice->text);
    json_builder_end_object (builder);
  }
  json_builder_end_array (builder);
}

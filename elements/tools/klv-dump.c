/* SPDX-License-Identifier: LGPL-2.1-or-later
 * klv-dump: what is in a file of KLV units: units, rows, session text, losses. */
#include <gstpitbox/gstpitbox.h>

#include <locale.h>
#include <stdio.h>
#include <string.h>

static gboolean show_units, show_session, show_vars, show_version;
static gchar *fields;
static gchar **files;

static const GOptionEntry options[] = {
  { "units", 'u', 0, G_OPTION_ARG_NONE, &show_units,
      "Print a line for each row: unit, tick, times, bytes", NULL },
  { "vars", 'v', 0, G_OPTION_ARG_NONE, &show_vars,
      "List the variables of each layout", NULL },
  { "session", 's', 0, G_OPTION_ARG_NONE, &show_session,
      "Print each session text, as it came", NULL },
  { "fields", 'f', 0, G_OPTION_ARG_STRING, &fields,
      "Print these variables of each row, as CSV", "NAME,NAME…" },
  { "version", 0, 0, G_OPTION_ARG_NONE, &show_version,
      "Print the version and stop", NULL },
  { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &files, NULL,
      "FILE" },
  { NULL },
};

static const gchar description[] =
    "FILE holds units back to back, - is standard input. Out of a recording:\n"
    "  gst-launch-1.0 -q filesrc location=lap.ts ! tsdemux ! "
    "meta/x-klv,parsed=true ! filesink location=lap.klv\n"
    "  klv-dump --fields SessionTime,Speed,Gear lap.klv\n";

typedef struct {
  GstPitboxDecoder *decoder;
  gchar **names;
  const GstPitboxVar **columns;
  guint n_columns;
} Dump;

static void
bind_columns (Dump *d, GstPitboxSchema *schema)
{
  for (guint i = 0; i < d->n_columns; i++) {
    d->columns[i] = gst_pitbox_schema_find (schema, d->names[i]);
    if (d->columns[i] == NULL)
      g_printerr ("klv-dump: no variable \"%s\" in this layout\n", d->names[i]);
  }
}

static void
print_schema (const GstPitboxDecoderItem *item)
{
  const GstPitboxUnitKey *key = item->key;
  guint n = gst_pitbox_schema_get_n_vars (item->schema);

  g_print ("# layout %08x: %u variables, %u bytes, %u Hz", key->schema_id, n,
      gst_pitbox_schema_get_row_bytes (item->schema),
      gst_pitbox_schema_get_tick_rate (item->schema));
  if (key->full_schema_id != key->schema_id)
    g_print (", out of %u of the simulator's", key->full_n_vars);
  if (key->rate_divisor > 1)
    g_print (", one tick of %u", key->rate_divisor);
  g_print ("; run %08x, codec %u\n", key->run_id, key->codec);
  for (guint i = 0; show_vars && i < n; i++) {
    const GstPitboxVar *v = gst_pitbox_schema_get_var (item->schema, i);
    static const gchar *const types[] = { "char", "bool", "int", "bits",
      "float", "double" };

    g_print ("%-34s %-6s %3u  %-12s %s\n", v->name, types[v->type], v->count,
        v->unit, v->desc);
  }
}

static void
print_row (const Dump *d, const GstPitboxDecoderItem *item)
{
  if (show_units)
    g_print ("%s tick %" G_GUINT64_FORMAT " session %.3f s utc %.6f (%u) "
             "offset %+.3f ms, %" G_GSIZE_FORMAT " bytes%s\n",
        item->in_key ? "key  " : "delta", item->times.tick,
        item->times.session_us / 1e6, item->times.utc_us / 1e6,
        item->clock_quality, item->offset_ns / 1e6, item->block_bytes,
        item->discont ? ", after a gap" : "");
  for (guint i = 0; i < d->n_columns; i++) {
    gchar text[G_ASCII_DTOSTR_BUF_SIZE];

    g_ascii_formatd (text, sizeof text, "%.9g",
        gst_pitbox_row_get_newest (item->row, d->columns[i]));
    g_print ("%s%s", text, i + 1 < d->n_columns ? "," : "\n");
  }
}

static void
dump_bytes (Dump *d, const guint8 *data, gsize size)
{
  GstPitboxDecoderItem item;

  gst_pitbox_decoder_push (d->decoder, data, size);
  while (gst_pitbox_decoder_next (d->decoder, &item)) {
    switch (item.type) {
      case GST_PITBOX_DECODER_SCHEMA:
        print_schema (&item);
        bind_columns (d, item.schema);
        break;
      case GST_PITBOX_DECODER_SESSION:
        g_print ("# session text %u, %" G_GSIZE_FORMAT " bytes\n",
            item.session_update, g_bytes_get_size (item.session));
        if (show_session)
          fwrite (g_bytes_get_data (item.session, NULL), 1,
              g_bytes_get_size (item.session), stdout);
        break;
      default:
        print_row (d, &item);
        break;
    }
  }
}

static void
print_summary (const GstPitboxDecoderStats *s)
{
  g_print ("# %" G_GUINT64_FORMAT " units (%" G_GUINT64_FORMAT
           " key), %" G_GUINT64_FORMAT " rows, %" G_GUINT64_FORMAT
           " bytes (%.1f bits a row), %" G_GUINT64_FORMAT
           " rows missing, %" G_GUINT64_FORMAT " restarts\n",
      s->units, s->key_units, s->rows, s->bytes,
      s->rows != 0 ? s->bytes * 8.0 / s->rows : 0.0, s->lost_rows, s->restarts);
  if (gst_pitbox_decoder_stats_rejected (s) != 0)
    g_print ("# rejected: truncated %" G_GUINT64_FORMAT
             ", invalid %" G_GUINT64_FORMAT ", checksum %" G_GUINT64_FORMAT
             ", unsupported %" G_GUINT64_FORMAT ", foreign %" G_GUINT64_FORMAT
             ", need key %" G_GUINT64_FORMAT ", repeated %" G_GUINT64_FORMAT
             ", schema %" G_GUINT64_FORMAT ", row %" G_GUINT64_FORMAT
             ", fragment %" G_GUINT64_FORMAT "\n",
        s->rejected_truncated, s->rejected_invalid, s->rejected_checksum,
        s->rejected_unsupported, s->rejected_foreign, s->rejected_need_key,
        s->rejected_stale, s->rejected_schema, s->rejected_row,
        s->rejected_fragment);
}

static gboolean
read_all (const gchar *name, GByteArray *out, GError **error)
{
  g_autofree gchar *data = NULL;
  guint8 part[65536];
  gsize n;

  if (strcmp (name, "-") != 0) {
    if (!g_file_get_contents (name, &data, &n, error))
      return FALSE;
    g_byte_array_append (out, (guint8 *) data, n);
    return TRUE;
  }
  while ((n = fread (part, 1, sizeof part, stdin)) > 0)
    g_byte_array_append (out, part, n);
  return TRUE;
}

static gint
dump_file (const gchar *name)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  g_autoptr (GError) error = NULL;
  Dump d = { .decoder = gst_pitbox_decoder_new () };
  const GstPitboxDecoderStats *stats = gst_pitbox_decoder_get_stats (d.decoder);
  gint status = 0;

  d.names = g_strsplit (fields != NULL ? fields : "", ",", -1);
  d.n_columns = g_strv_length (d.names);
  d.columns = g_new0 (const GstPitboxVar *, d.n_columns + 1);
  if (!read_all (name, bytes, &error)) {
    g_printerr ("klv-dump: %s\n", error->message);
    status = 1;
  } else {
    dump_bytes (&d, bytes->data, bytes->len);
    print_summary (stats);
    status = stats->rows == 0;
    if (status != 0)
      g_printerr ("klv-dump: no telemetry units in %s; --help tells how to "
                  "take them out of a recording\n",
          name);
  }
  gst_pitbox_decoder_free (d.decoder);
  g_strfreev (d.names);
  g_free (d.columns);
  return status;
}

int
main (int argc, char **argv)
{
  g_autoptr (GOptionContext) context =
      g_option_context_new ("- what is in a file of telemetry units");
  g_autoptr (GError) error = NULL;

  setlocale (LC_CTYPE, ""); /* messages only: numbers keep their point */
  g_option_context_add_main_entries (context, options, NULL);
  g_option_context_set_description (context, description);
  if (!g_option_context_parse (context, &argc, &argv, &error)) {
    g_printerr ("klv-dump: %s; --help says more\n", error->message);
    return 2;
  }
  if (show_version) {
    g_print ("klv-dump %s\n", PACKAGE_VERSION);
    return 0;
  }
  if (files == NULL || files[0] == NULL || files[1] != NULL) {
    g_printerr ("klv-dump: one file, please; --help says more\n");
    return 2;
  }
  return dump_file (files[0]);
}

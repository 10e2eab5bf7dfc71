/* SPDX-License-Identifier: LGPL-2.1-or-later
 * ibt-dump: what is in an .ibt file: header, variables, session, rows. */
#include <irsdk/irsdk-disk.h>
#include <irsdk/irsdk-row.h>
#include <irsdk/irsdk-session.h>
#include <irsdk/irsdk-text.h>

#include <glib.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
  IrsdkDisk *disk;
  const IrsdkVar *vars;
  gsize n_vars;
  const IrsdkVar **columns;
  gsize n_columns;
} Dump;

static gboolean show_vars, show_session, as_json, show_version;
static gchar *fields;
static gint64 first_row = 0, n_rows = -1;
static gint every = 1;
static gchar **files;

static const GOptionEntry options[] = {
  { "vars", 'v', 0, G_OPTION_ARG_NONE, &show_vars,
      "List the variables: type, count, unit, description", NULL },
  { "session", 's', 0, G_OPTION_ARG_NONE, &show_session,
      "Print the session text, as UTF-8", NULL },
  { "fields", 'f', 0, G_OPTION_ARG_STRING, &fields,
      "Print these variables of each row ('all' for every one)", "NAME,NAME…" },
  { "json", 'j', 0, G_OPTION_ARG_NONE, &as_json,
      "Rows as JSON, one object a line, instead of CSV", NULL },
  { "from", 0, 0, G_OPTION_ARG_INT64, &first_row,
      "First row to print (default 0)", "ROW" },
  { "count", 'n', 0, G_OPTION_ARG_INT64, &n_rows,
      "How many rows to look at (default: to the end)", "N" },
  { "every", 0, 0, G_OPTION_ARG_INT, &every,
      "Print every Nth row only (default 1)", "N" },
  { "version", 0, 0, G_OPTION_ARG_NONE, &show_version,
      "Print the version and stop", NULL },
  { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &files, NULL,
      "FILE" },
  { NULL },
};

static const gchar description[] =
    "Without an option, says what the file is. An element of an array is "
    "NAME.0, NAME.1 …\n\n"
    "Examples:\n"
    "  ibt-dump lap.ibt\n"
    "  ibt-dump --fields SessionTime,Speed,Gear --every 60 lap.ibt\n"
    "  ibt-dump --fields all --json -n 1 lap.ibt\n";

static gchar *
to_utf8 (const char *text)
{
  char *utf8 =
      irsdk_text_to_utf8 (text, strlen (text), IRSDK_ENCODING_UNKNOWN, NULL);
  gchar *copy = g_strdup (utf8 != NULL ? utf8 : "");

  free (utf8);
  return copy;
}

static const gchar *
type_name (IrsdkVarType type)
{
  static const gchar *const names[] = { "char", "bool", "int", "bits", "float",
    "double" };

  return (guint) type < G_N_ELEMENTS (names) ? names[type] : "?";
}

static void
print_summary (const Dump *d)
{
  const IrsdkHeader *h = irsdk_disk_get_header (d->disk);
  const IrsdkDiskInfo *info = irsdk_disk_get_info (d->disk);
  const guint64 rows = irsdk_disk_get_n_rows (d->disk);
  const gsize tail = irsdk_disk_get_tail_bytes (d->disk);
  const gsize rejected = irsdk_disk_get_n_rejected_vars (d->disk);
  g_autoptr (GDateTime) date = g_date_time_new_from_unix_utc (info->start_date);
  g_autofree gchar *when =
      date != NULL ? g_date_time_format_iso8601 (date) : g_strdup ("?");
  gsize size;
  const char *text = irsdk_disk_get_session (d->disk, &size);
  IrsdkSession *s = irsdk_session_parse (text, size);
  const IrsdkDriver *me =
      s != NULL ? irsdk_session_find_driver (s, s->driver_car_idx) : NULL;

  g_print ("header version  %d\n", h->ver);
  g_print ("started         %s\n", when);
  g_print ("rows            %" G_GUINT64_FORMAT " of %d bytes at %d Hz, "
           "%.2f s\n",
      rows, h->row_bytes, h->tick_rate, (gdouble) rows / h->tick_rate);
  g_print ("variables       %" G_GSIZE_FORMAT "\n", d->n_vars);
  if (s != NULL)
    g_print ("track           %s %s (%s), %.0f m\n", s->track_name,
        s->track_config, s->track, s->track_length_m);
  if (me != NULL)
    g_print (
        "car             %s, number %s, %s\n", me->car, me->number, me->name);
  if (rejected > 0)
    g_print ("not valid       %" G_GSIZE_FORMAT " variables\n", rejected);
  if (!irsdk_disk_is_finished (d->disk))
    g_print ("not finished    the header says %d rows; %" G_GSIZE_FORMAT
             " bytes of a row behind the last one\n",
        info->record_count, tail);
  irsdk_session_free (s);
}

static void
print_vars (const Dump *d)
{
  for (gsize i = 0; i < d->n_vars; i++) {
    const IrsdkVar *v = &d->vars[i];
    g_autofree gchar *name = to_utf8 (v->name);
    g_autofree gchar *unit = to_utf8 (v->unit);
    g_autofree gchar *desc = to_utf8 (v->desc);
    g_autofree gchar *count = g_strdup_printf (v->count == 1 ? "" : "[%d]%s",
        v->count, v->count_as_time ? " in time" : "");

    g_print ("%-32s %-6s %-12s %5d  %-16s %s\n", name, type_name (v->type),
        count, v->offset, unit, desc);
  }
}

static void
print_session (const Dump *d)
{
  gsize size, bom;
  const char *text = irsdk_disk_get_session (d->disk, &size);
  const IrsdkEncoding encoding = irsdk_text_detect (text, size, &bom);
  char *utf8 = irsdk_text_to_utf8 (text + bom, size - bom, encoding, NULL);

  g_print ("%s", utf8 != NULL ? utf8 : "");
  free (utf8);
}

/* FALSE, with a word on stderr, for a name that is not there. */
static gboolean
choose_columns (Dump *d)
{
  g_auto (GStrv) names = g_strsplit (fields, ",", -1);
  const gboolean all = g_str_equal (fields, "all");
  const gsize n = all ? d->n_vars : g_strv_length (names);

  d->columns = g_new0 (const IrsdkVar *, n + 1);
  for (gsize i = 0; i < n; i++) {
    d->columns[i] =
        all ? &d->vars[i]
            : irsdk_vars_find (d->vars, d->n_vars, g_strstrip (names[i]));
    if (d->columns[i] == NULL) {
      g_printerr ("ibt-dump: no variable %s; --vars lists them\n", names[i]);
      return FALSE;
    }
  }
  d->n_columns = n;
  return TRUE;
}

/* Exact for every type; JSON knows no NaN and no infinity. */
static void
append_value (GString *out, const guint8 *row, const IrsdkVar *v, gint32 index)
{
  const gdouble value = irsdk_row_get (row, v, index);
  gchar number[G_ASCII_DTOSTR_BUF_SIZE];

  if (!isfinite (value))
    g_string_append (out, as_json ? "null" : "");
  else if (v->type == IRSDK_BOOL && as_json)
    g_string_append (out, value != 0 ? "true" : "false");
  else if (v->type == IRSDK_FLOAT)
    g_string_append (
        out, g_ascii_formatd (number, sizeof number, "%.9g", value));
  else
    g_string_append (
        out, g_ascii_formatd (number, sizeof number, "%.17g", value));
}

static void
print_csv_head (const Dump *d)
{
  g_autoptr (GString) out = g_string_new ("row");

  for (gsize i = 0; i < d->n_columns; i++) {
    g_autofree gchar *name = to_utf8 (d->columns[i]->name);

    for (gint32 k = 0; k < d->columns[i]->count; k++) {
      g_string_append_printf (out, ",%s", name);
      if (d->columns[i]->count > 1)
        g_string_append_printf (out, ".%d", k);
    }
  }
  g_print ("%s\n", out->str);
}

static void
append_csv (const Dump *d, GString *out, guint64 index, const guint8 *row)
{
  g_string_printf (out, "%" G_GUINT64_FORMAT, index);
  for (gsize i = 0; i < d->n_columns; i++) {
    for (gint32 k = 0; k < d->columns[i]->count; k++) {
      g_string_append_c (out, ',');
      append_value (out, row, d->columns[i], k);
    }
  }
}

static void
append_json_string (GString *out, const gchar *utf8)
{
  g_string_append_c (out, '"');
  for (const gchar *p = utf8; *p != '\0'; p++) {
    if (*p == '"' || *p == '\\')
      g_string_append_c (out, '\\');
    if ((guchar) *p < 0x20)
      g_string_append_printf (out, "\\u%04x", (guint) *p);
    else
      g_string_append_c (out, *p);
  }
  g_string_append_c (out, '"');
}

static void
append_json (const Dump *d, GString *out, guint64 index, const guint8 *row)
{
  g_string_printf (out, "{\"row\":%" G_GUINT64_FORMAT, index);
  for (gsize i = 0; i < d->n_columns; i++) {
    const IrsdkVar *v = d->columns[i];
    g_autofree gchar *name = to_utf8 (v->name);

    g_string_append_c (out, ',');
    append_json_string (out, name);
    g_string_append_c (out, ':');
    if (v->count > 1)
      g_string_append_c (out, '[');
    for (gint32 k = 0; k < v->count; k++) {
      if (k > 0)
        g_string_append_c (out, ',');
      append_value (out, row, v, k);
    }
    if (v->count > 1)
      g_string_append_c (out, ']');
  }
  g_string_append_c (out, '}');
}

static gboolean
print_rows (const Dump *d)
{
  const guint64 rows = irsdk_disk_get_n_rows (d->disk);
  const guint64 first = (guint64) MAX (first_row, 0);
  const guint64 end = n_rows < 0 || (guint64) n_rows > rows - MIN (first, rows)
                          ? rows
                          : first + (guint64) n_rows;
  g_autofree guint8 *row =
      g_malloc ((gsize) irsdk_disk_get_header (d->disk)->row_bytes);
  g_autoptr (GString) out = g_string_new (NULL);

  if (!as_json)
    print_csv_head (d);
  for (guint64 i = first; i < end; i += (guint64) every) {
    if (irsdk_disk_read_row (d->disk, i, row) != IRSDK_OK)
      return FALSE;
    if (as_json)
      append_json (d, out, i, row);
    else
      append_csv (d, out, i, row);
    g_print ("%s\n", out->str);
  }
  return TRUE;
}

static gboolean
dump_file (const gchar *path)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GMappedFile) file = g_mapped_file_new (path, FALSE, &error);
  Dump d = { NULL };
  gboolean ok = TRUE;
  IrsdkResult r;

  if (file == NULL) {
    g_printerr ("ibt-dump: %s\n", error->message);
    return FALSE;
  }
  r = irsdk_disk_open_memory (&d.disk, g_mapped_file_get_contents (file),
      g_mapped_file_get_length (file));
  if (r != IRSDK_OK) {
    g_printerr ("ibt-dump: %s: not a readable .ibt file: %s\n", path,
        irsdk_result_text (r));
    return FALSE;
  }
  d.vars = irsdk_disk_get_vars (d.disk, &d.n_vars);
  if (!show_vars && !show_session && fields == NULL)
    print_summary (&d);
  if (show_vars)
    print_vars (&d);
  if (show_session)
    print_session (&d);
  if (fields != NULL)
    ok = choose_columns (&d) && print_rows (&d);
  g_free (d.columns);
  irsdk_disk_free (d.disk);
  return ok;
}

static void
print_utf8 (const gchar *text)
{
  fputs (text, stdout);
}

int
main (int argc, char **argv)
{
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  g_autoptr (GError) error = NULL;

  setlocale (LC_CTYPE, ""); /* messages only: numbers keep their point */
  /* Text goes out as UTF-8 whatever the locale is: it may be piped on. */
  g_set_print_handler (print_utf8);
  g_option_context_set_summary (
      context, "Shows what is in an .ibt file of iRacing.");
  g_option_context_set_description (context, description);
  g_option_context_add_main_entries (context, options, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error)) {
    g_printerr ("ibt-dump: %s; see --help\n", error->message);
    return 2;
  }
  if (show_version) {
    g_print ("ibt-dump " PACKAGE_VERSION "\n");
    return 0;
  }
  if (files == NULL || files[1] != NULL || every < 1) {
    g_printerr ("ibt-dump: one FILE is needed, and --every is 1 or more; "
                "see --help\n");
    return 2;
  }
  return dump_file (files[0]) ? 0 : 1;
}

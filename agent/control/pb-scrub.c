/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Secrets out of a text: those that are known, and what looks like one. */
#include "control/pb-scrub.h"

#include <string.h>

#define REMOVED "[removed]"

/* Tokens of ours; what stands behind a word for a secret; logins in
 * addresses. */
static const struct {
  const gchar *pattern, *with;
} looks[] = {
  { "\\bpb[a-z]_[A-Za-z0-9_-]{12,}", REMOVED },
  { "(?i)\\b(bearer|basic)\\s+[A-Za-z0-9+/=._~-]{8,}", "\\1 " REMOVED },
  { "(?i)(pass(?:phrase|word|wd)|token|secret|authorization|api[_-]?key)"
    "(\"?\\s*[=:]\\s*\"?)(?!" REMOVED ")[^\\s\"'&,;]+",
      "\\1\\2" REMOVED },
  { "://[^/@\\s\"]+@", "://" REMOVED "@" },
};

/* What stands everywhere in other words, and is no passphrase either. */
#define MIN_SECRET_BYTES 4

static gchar *
replace (gchar *text, const gchar *what, const gchar *with)
{
  g_auto (GStrv) parts = g_strsplit (text, what, -1);

  g_free (text);
  return g_strjoinv (with, parts);
}

static gchar *
replace_looks (gchar *text, const gchar *pattern, const gchar *with)
{
  g_autoptr (GRegex) regex = g_regex_new (pattern, G_REGEX_OPTIMIZE, 0, NULL);
  gchar *clean = g_regex_replace (regex, text, -1, 0, with, 0, NULL);

  /* A text that the expression cannot be held against is not let through. */
  g_free (text);
  return clean != NULL ? clean : g_strdup (REMOVED);
}

/**
 * pb_scrub:
 * @text: any bytes
 * @secrets: that are known, up to %NULL; empty and very short ones do not count
 * @home: (nullable): the user's folder, which becomes "~"
 *
 * Pure. Any thread.
 *
 * Returns: (transfer full): the text, valid UTF-8, without them and without what
 *   looks like a token, a passphrase or a login
 */
gchar *
pb_scrub (const gchar *text, const gchar *const *secrets, const gchar *home)
{
  gchar *clean = g_utf8_make_valid (text, -1);

  for (; *secrets != NULL; secrets++)
    if (strlen (*secrets) >= MIN_SECRET_BYTES)
      clean = replace (clean, *secrets, REMOVED);
  for (guint i = 0; i < G_N_ELEMENTS (looks); i++)
    clean = replace_looks (clean, looks[i].pattern, looks[i].with);
  if (home != NULL && strlen (home) > 1)
    clean = replace (clean, home, "~");
  return clean;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The lines of a layout: groups, keys and values, each with its number. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * OverlayLine:
 * @number: counted from 1
 * @group: the last [name] before it
 * @key: %NULL: the line is the [name] itself
 * @value: without blanks around it
 */
typedef struct {
  guint number;
  const gchar *group;
  const gchar *key;
  const gchar *value;
} OverlayLine;

/**
 * OverlayLines:
 * @name: what errors call the text
 * @lines: of #OverlayLine
 */
typedef struct {
  const gchar *name;
  GArray *lines;
  GStringChunk *strings;
} OverlayLines;

OverlayLines *overlay_lines_new (const gchar *text, gsize size,
    const gchar *name, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void overlay_lines_free (OverlayLines *lines);
gboolean overlay_lines_fail (const OverlayLines *lines, const OverlayLine *line,
    GError **error, const gchar *format, ...) G_GNUC_PRINTF (4, 5);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OverlayLines, overlay_lines_free)

G_END_DECLS

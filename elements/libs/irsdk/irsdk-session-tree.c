/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Reads the session string line by line into a tree; no line can fail. */
#include "irsdk-session-tree.h"

#include "irsdk-header.h"
#include "irsdk-text.h"

#include <stdlib.h>
#include <string.h>

/* The deepest line of a real string has 6 levels. Deeper ones become children
 * of the last one. */
#define MAX_DEPTH 32

typedef struct {
  IrsdkNode *node;
  IrsdkNode *last_child;
  size_t indent;
  bool is_item;
} Level;

typedef struct {
  IrsdkTree *tree;
  size_t n_nodes;
  size_t max_nodes;
  Level levels[MAX_DEPTH];
  size_t depth;
  /* Values are written to tree->text one behind the other: a line that
   * continues a value appends to @last's, which always ends at @used. */
  size_t used;
  IrsdkNode *last;
} Reader;

static IrsdkNode *
add_node (Reader *r, size_t indent, bool is_item)
{
  Level *parent = &r->levels[r->depth - 1];
  IrsdkNode *node;

  if (r->n_nodes == r->max_nodes)
    return NULL;
  node = &r->tree->nodes[r->n_nodes++];
  node->key = "";
  node->value = "";
  if (parent->last_child != NULL)
    parent->last_child->next = node;
  else
    parent->node->children = node;
  parent->last_child = node;
  if (r->depth < MAX_DEPTH)
    r->levels[r->depth++] = (Level){ node, NULL, indent, is_item };
  return node;
}

static const char *
put_text (Reader *r, const char *p, size_t n)
{
  char *at = r->tree->text + r->used;

  memcpy (at, p, n);
  at[n] = '\0';
  r->used += n + 1;
  return at;
}

/* A key is a word of the sim's own: letters, digits and underscores. That
 * tells "Bob: the builder" in the middle of a name from a key. */
static size_t
key_bytes (const char *p, size_t n)
{
  size_t i = 0;

  while (i < n
         && ((p[i] >= 'A' && p[i] <= 'Z') || (p[i] >= 'a' && p[i] <= 'z')
             || (p[i] >= '0' && p[i] <= '9') || p[i] == '_'))
    i++;
  if (i == 0 || i >= n || p[i] != ':' || (i + 1 < n && p[i + 1] != ' '))
    return 0;
  return i;
}

static void
set_value (Reader *r, IrsdkNode *node, const char *p, size_t n)
{
  while (n > 0 && *p == ' ') {
    p++;
    n--;
  }
  while (n > 0 && p[n - 1] == ' ')
    n--;
  if (n >= 2 && p[0] == '"' && p[n - 1] == '"') {
    p++;
    n -= 2;
  }
  node->value = put_text (r, p, n);
  r->last = node;
}

/* A raw newline stood in the value: keep both parts, with a space. */
static void
continue_value (Reader *r, const char *p, size_t n)
{
  while (n > 0 && *p == ' ') {
    p++;
    n--;
  }
  if (r->last == NULL || n == 0)
    return;
  if (r->last->value[0] != '\0') {
    r->tree->text[r->used - 1] = ' ';
  } else {
    r->used--;
  }
  put_text (r, p, n);
}

static void
leave_levels (Reader *r, size_t indent, bool is_item)
{
  while (r->depth > 1) {
    const Level *top = &r->levels[r->depth - 1];

    /* The elements of a list stand as deep as its key. */
    if (top->indent < indent
        || (is_item && !top->is_item && top->indent == indent
            && top->node->value[0] == '\0'))
      return;
    r->depth--;
  }
}

static void
read_line (Reader *r, const char *line, size_t n)
{
  size_t indent = 0, key;
  bool is_item = false;
  IrsdkNode *node;

  while (indent < n && line[indent] == ' ')
    indent++;
  if (n - indent > 2 && line[indent] == '-' && line[indent + 1] == ' ') {
    is_item = key_bytes (line + indent + 2, n - indent - 2) > 0;
    if (is_item)
      indent += 2;
  }
  key = key_bytes (line + indent, n - indent);
  /* Sections never have a value: such a line is the rest of a name. */
  if (key == 0 || (indent == 0 && key + 2 < n)) {
    continue_value (r, line, n);
    return;
  }
  if (is_item) {
    leave_levels (r, indent - 2, true);
    if (add_node (r, indent - 2, true) == NULL)
      return;
  } else {
    leave_levels (r, indent, false);
  }
  node = add_node (r, indent, false);
  if (node == NULL)
    return;
  node->key = put_text (r, line + indent, key);
  set_value (r, node, line + indent + key + 1, n - indent - key - 1);
}

static size_t
count_lines (const char *p, size_t n)
{
  size_t lines = 1;

  for (size_t i = 0; i < n; i++)
    lines += p[i] == '\n';
  return lines;
}

static void
read_lines (Reader *r, const char *p, size_t size)
{
  while (size > 0) {
    const char *newline = memchr (p, '\n', size);
    size_t n = newline != NULL ? (size_t) (newline - p) : size;
    size_t next = newline != NULL ? n + 1 : n;

    while (n > 0 && (p[n - 1] == ' ' || p[n - 1] == '\r'))
      n--;
    if (n == 3 && memcmp (p, "...", 3) == 0)
      return;
    if (n > 0 && !(n == 3 && memcmp (p, "---", 3) == 0))
      read_line (r, p, n);
    p += next;
    size -= next;
  }
}

/* Never fails on the text; false only without memory. */
bool
irsdk_tree_parse (IrsdkTree *tree, const char *text, size_t size)
{
  Reader r = { .tree = tree };
  size_t bom, utf8_bytes;
  IrsdkEncoding encoding;
  char *utf8;

  if (size > IRSDK_MAX_SESSION_BYTES)
    size = IRSDK_MAX_SESSION_BYTES;
  encoding = irsdk_text_detect (text, size, &bom);
  utf8 = irsdk_text_to_utf8 (text + bom, size - bom, encoding, &utf8_bytes);
  if (utf8 == NULL)
    return false;
  /* A line makes at most two nodes, and gives back at most its own bytes with
   * a NUL more for its key. */
  r.max_nodes = 2 * count_lines (utf8, utf8_bytes) + 1;
  tree->nodes = calloc (r.max_nodes, sizeof *tree->nodes);
  tree->text = malloc (2 * utf8_bytes + 2 * r.max_nodes);
  if (tree->nodes == NULL || tree->text == NULL) {
    free (utf8);
    irsdk_tree_clear (tree);
    return false;
  }
  tree->nodes[0].key = "";
  tree->nodes[0].value = "";
  r.n_nodes = 1;
  r.levels[0].node = &tree->nodes[0];
  r.depth = 1;
  read_lines (&r, utf8, utf8_bytes);
  free (utf8);
  return true;
}

void
irsdk_tree_clear (IrsdkTree *tree)
{
  free (tree->nodes);
  free (tree->text);
  tree->nodes = NULL;
  tree->text = NULL;
}

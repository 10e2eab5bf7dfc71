/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The line reader below irsdk-session. Not for others to include. */
#pragma once

#include <irsdk/irsdk-session.h>

/* Nodes and text of a tree; @root is node 0. */
typedef struct {
  IrsdkNode *nodes;
  char *text;
} IrsdkTree;

bool irsdk_tree_parse (IrsdkTree *tree, const char *text, size_t size);
void irsdk_tree_clear (IrsdkTree *tree);

/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbSpoolCatalogue: which files a spool has, which rows are in them, and which
 * files go. */
#pragma once

#include "spool/pb-spool-file.h"

G_BEGIN_DECLS

/* Thread-safe; one thread adds files and rows. */
typedef struct _PbSpoolCatalogue PbSpoolCatalogue;

/**
 * PbSpoolFile:
 * @path: where it is
 * @run_id: of its rows
 * @rows: (element-type GstPitboxRowRange): in the order that they came
 * @is_open: rows are added still
 */
typedef struct {
  gchar *path;
  guint32 run_id;
  GArray *rows;
  gboolean is_open;
} PbSpoolFile;

/**
 * PbSpoolCounts:
 * @files: on the disk
 * @bytes: in them
 * @rows: in them
 * @written_rows: since the start
 * @dropped_rows: that went before the server had them
 * @refused_files: of @files: set aside, the server does not take them
 * @refused_rows: in them
 */
typedef struct {
  guint files;
  guint64 bytes;
  guint64 rows;
  guint64 written_rows;
  guint64 dropped_rows;
  guint refused_files;
  guint64 refused_rows;
} PbSpoolCounts;

PbSpoolCatalogue *pb_spool_catalogue_new (void);
void pb_spool_catalogue_free (PbSpoolCatalogue *catalogue);
void pb_spool_catalogue_find (PbSpoolCatalogue *catalogue, const gchar *folder);
void pb_spool_catalogue_begin (
    PbSpoolCatalogue *catalogue, const gchar *path, guint32 run_id);
gboolean pb_spool_catalogue_has_open (
    PbSpoolCatalogue *catalogue, guint32 run_id);
void pb_spool_catalogue_add (
    PbSpoolCatalogue *catalogue, const GArray *rows, gsize n_bytes);
void pb_spool_catalogue_close (PbSpoolCatalogue *catalogue);
guint64 pb_spool_catalogue_keep_to (
    PbSpoolCatalogue *catalogue, guint64 max_bytes, gint64 max_age_us);
GPtrArray *pb_spool_catalogue_list (
    PbSpoolCatalogue *catalogue, gint64 settle_us) G_GNUC_WARN_UNUSED_RESULT;
void pb_spool_catalogue_remove (
    PbSpoolCatalogue *catalogue, const gchar *path, gboolean is_lost);
void pb_spool_catalogue_refuse (PbSpoolCatalogue *catalogue, const gchar *path);
void pb_spool_catalogue_count (
    PbSpoolCatalogue *catalogue, PbSpoolCounts *counts);
void pb_spool_file_free (PbSpoolFile *file);

G_END_DECLS

/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PitboxSrtGate: who may come in at an SRT port. No sockets, no clock, no lock:
 * its owner's lock protects it, and nothing here waits. */
#pragma once

#include <gstpitbox/gstpitboxstreamid.h>

#include "pitboxsrtreject.h"

G_BEGIN_DECLS

/* Approved callers whose handshake is not through. Bounds what a flood of
 * valid stream ids can hold; libsrt's backlog has the same size. */
#define PITBOX_SRT_MAX_EXPECTED 32
/* One key may stand for a studio with many sources, but not for all places. */
#define PITBOX_SRT_MAX_PER_READER 16

/**
 * PitboxSrtRules:
 * @passphrase: (nullable): for devices without their own
 * @max_callers: most connections that publish
 * @max_readers: most connections that read
 * @accept_any: devices and readers that are in no table may come
 * @one_per_driver: a device takes the place of another one of its driver
 * @serves_readers: somebody may read here
 */
typedef struct {
  const gchar *passphrase;
  guint max_callers;
  guint max_readers;
  gboolean accept_any;
  gboolean one_per_driver;
  gboolean serves_readers;
} PitboxSrtRules;

/* What only its owner knows: of a connection that has a place, and of a
 * driver's stream. @is_silent: its sender sent, and has stopped just now, so
 * that it may well be the newcomer itself. */
typedef struct {
  gpointer (*ref) (gpointer connection);
  void (*unref) (gpointer connection);
  gboolean (*is_connected) (gpointer connection);
  gboolean (*is_silent) (gpointer connection);
  gboolean (*is_live) (const gchar *driver, gpointer user_data);
} PitboxSrtGateFuncs;

/**
 * PitboxSrtVisitor:
 * @mode: what it wants
 * @driver: (nullable): whose stream
 * @user: (nullable): the device or reader; %NULL where it was not understood
 *
 * What a stream id says.
 */
typedef struct {
  GstPitboxStreamMode mode;
  gchar *driver;
  gchar *user;
} PitboxSrtVisitor;

void pitbox_srt_visitor_clear (PitboxSrtVisitor *visitor);

typedef struct _PitboxSrtGate PitboxSrtGate;

PitboxSrtGate *pitbox_srt_gate_new (
    const PitboxSrtGateFuncs *funcs, gpointer user_data);
void pitbox_srt_gate_free (PitboxSrtGate *gate);

gboolean pitbox_srt_gate_add_device (PitboxSrtGate *gate, const gchar *device,
    const gchar *driver, const gchar *passphrase,
    GError **error) G_GNUC_WARN_UNUSED_RESULT;
void pitbox_srt_gate_hold_device (
    PitboxSrtGate *gate, const gchar *device, gint64 until_us);
void pitbox_srt_gate_contest_device (
    PitboxSrtGate *gate, const gchar *device, gint64 until_us);
void pitbox_srt_gate_remove_device (PitboxSrtGate *gate, const gchar *device);
gboolean pitbox_srt_gate_add_reader (PitboxSrtGate *gate, const gchar *reader,
    const gchar *drivers, const gchar *passphrase,
    GError **error) G_GNUC_WARN_UNUSED_RESULT;
void pitbox_srt_gate_remove_reader (PitboxSrtGate *gate, const gchar *reader);

void pitbox_srt_gate_open (PitboxSrtGate *gate, const PitboxSrtRules *rules);
void pitbox_srt_gate_close (PitboxSrtGate *gate);
void pitbox_srt_gate_set_accepting (PitboxSrtGate *gate, gboolean accepting);

int pitbox_srt_gate_ask (PitboxSrtGate *gate, const gchar *stream_id,
    gint64 now_us, PitboxSrtVisitor *visitor, gchar **passphrase);
void pitbox_srt_gate_give_up (
    PitboxSrtGate *gate, const PitboxSrtVisitor *visitor);
gboolean pitbox_srt_gate_enter (PitboxSrtGate *gate,
    const PitboxSrtVisitor *visitor, gpointer connection, gint64 now_us,
    gpointer *replaced, gboolean *takes_over);
gboolean pitbox_srt_gate_enter_reader (
    PitboxSrtGate *gate, const PitboxSrtVisitor *visitor);
void pitbox_srt_gate_leave (
    PitboxSrtGate *gate, const gchar *device, gpointer connection);
void pitbox_srt_gate_leave_reader (PitboxSrtGate *gate, const gchar *reader);

guint pitbox_srt_gate_count (const PitboxSrtGate *gate);
guint pitbox_srt_gate_count_readers (const PitboxSrtGate *gate);
GList *pitbox_srt_gate_list (PitboxSrtGate *gate, const gchar *device);

G_END_DECLS

/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbOffer: a WHEP or WHIP offer, read strictly. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Chrome's offer with audio, video and data is about 7 kB. */
#define PB_OFFER_MAX_BYTES 65536
/* Our page needs two, a general WHEP player with audio three. */
#define PB_OFFER_MAX_MEDIA 4

/**
 * PbOfferError:
 * @PB_OFFER_ERROR_INVALID: no well-formed offer
 * @PB_OFFER_ERROR_TOO_LARGE: more than %PB_OFFER_MAX_BYTES
 * @PB_OFFER_ERROR_NO_H264: has video, but no H.264 in packetization mode 1
 * @PB_OFFER_ERROR_NOTHING: takes neither video nor data; sends no video
 */
typedef enum {
  PB_OFFER_ERROR_INVALID,
  PB_OFFER_ERROR_TOO_LARGE,
  PB_OFFER_ERROR_NO_H264,
  PB_OFFER_ERROR_NOTHING,
} PbOfferError;

#define PB_OFFER_ERROR (pb_offer_error_quark ())
GQuark pb_offer_error_quark (void);

typedef enum {
  PB_OFFER_VIDEO,
  PB_OFFER_AUDIO,
  PB_OFFER_DATA,
  PB_OFFER_UNUSED,
} PbOfferKind;

/**
 * PbOfferMedia:
 * @kind: what it becomes; %PB_OFFER_UNUSED is answered as inactive
 * @type: "video", "audio" or "application"
 * @mid: token of at most 16 characters
 */
typedef struct {
  PbOfferKind kind;
  const gchar *type;
  gchar mid[17];
} PbOfferMedia;

/**
 * PbOffer:
 * @publishes: it sends; else it receives
 * @media, @n_media: the m-lines in order
 * @ice_ufrag, @ice_pwd: of the browser, checked for alphabet and length
 * @fingerprint: "sha-256 AB:CD…", checked
 * @pt: payload type of the H.264 chosen; -1 without video
 * @audio_pt: payload type of Opus; -1 without an audio section that takes it
 * @rtx_pt: payload type of its retransmissions; -1 if none
 * @profile_level_id: six hex digits of the H.264 chosen
 * @has_video, @has_audio, @has_data: one m-line of the kind is there
 * @sctp_port, @max_message_bytes: of the data channel
 */
typedef struct {
  gboolean publishes;
  PbOfferMedia media[PB_OFFER_MAX_MEDIA];
  guint n_media;
  gchar ice_ufrag[257];
  gchar ice_pwd[257];
  gchar fingerprint[128];
  gint pt;
  gint audio_pt;
  gint rtx_pt;
  gchar profile_level_id[7];
  gboolean has_video;
  gboolean has_audio;
  gboolean has_data;
  guint sctp_port;
  guint max_message_bytes;
} PbOffer;

gboolean pb_offer_parse (PbOffer *offer, const gchar *text, gsize size,
    GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean pb_offer_parse_publisher (PbOffer *offer, const gchar *text,
    gsize size, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS

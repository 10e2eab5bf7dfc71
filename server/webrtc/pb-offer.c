/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Reads what a WHEP or WHIP offer may say (RFC 8866, 8829, 8841, 6184) and
 * nothing else. webrtcbin gets an offer written from what was understood: no byte of a
 * stranger's text, no codec nobody sends, no candidate to resolve.
 */
#include "webrtc/pb-offer.h"

#include <string.h>

G_DEFINE_QUARK (pb - offer - error - quark, pb_offer_error)

/* Chrome writes about 40 payload types into one m-line. */
#define MAX_PAYLOADS 128

typedef struct {
  gboolean h264;
  gboolean opus;
  gboolean mode_1;
  gchar profile[7];
  /* Payload type this one retransmits; -1 if none. */
  gint apt;
  gboolean rtx;
  gboolean listed;
} Payload;

typedef enum {
  MEDIA_VIDEO,
  MEDIA_AUDIO,
  MEDIA_DATA,
} MediaType;

static const gchar *const type_names[] = { "video", "audio", "application" };

typedef struct {
  PbOffer *offer;
  /* -1 = session level. */
  gint index;
  MediaType type;
  gboolean used; /* in the direction that is wanted */
  gboolean rtcp_mux;
  gboolean port_0;
  gboolean bundle_only;
  gchar *bundle;
  Payload payloads[MAX_PAYLOADS];
} Reader;

static gboolean
fail (GError **error, PbOfferError code, const gchar *message)
{
  g_set_error_literal (error, PB_OFFER_ERROR, code, message);
  return FALSE;
}

static gboolean
invalid (GError **error, const gchar *message)
{
  return fail (error, PB_OFFER_ERROR_INVALID, message);
}

/* @text is exactly a decimal number within @min and @max. */
static gboolean
read_number (const gchar *text, guint min, guint max, guint *number)
{
  guint64 value;

  if (!g_ascii_string_to_unsigned (text, 10, min, max, &value, NULL))
    return FALSE;
  *number = (guint) value;
  return TRUE;
}

/* "96 rest" -> 96 and "rest". */
static const gchar *
read_pt (const gchar *text, guint *pt)
{
  const gchar *space = strchr (text, ' ');
  gchar digits[4] = "";

  if (space == NULL || space == text || space - text > 3)
    return NULL;
  memcpy (digits, text, space - text);
  return read_number (digits, 0, MAX_PAYLOADS - 1, pt) ? space + 1 : NULL;
}

static gboolean
all_of (const gchar *text, const gchar *extra)
{
  for (; *text != '\0'; text++) {
    if (!g_ascii_isalnum (*text) && strchr (extra, *text) == NULL)
      return FALSE;
  }
  return TRUE;
}

static gboolean
copy_token (
    gchar *to, gsize to_size, const gchar *text, gsize min, const gchar *extra)
{
  gsize length = strlen (text);

  if (length < min || length >= to_size || !all_of (text, extra))
    return FALSE;
  memcpy (to, text, length + 1);
  return TRUE;
}

/* "sha-256" and 32 hex bytes with colons; the one hash every browser uses. */
static gboolean
read_fingerprint (PbOffer *offer, const gchar *value)
{
  gchar *at = offer->fingerprint;

  if (g_ascii_strncasecmp (value, "sha-256 ", 8) != 0
      || strlen (value) != 8 + 32 * 3 - 1)
    return FALSE;
  for (guint i = 0; i < 32; i++) {
    const gchar *hex = value + 8 + i * 3;

    if (!g_ascii_isxdigit (hex[0]) || !g_ascii_isxdigit (hex[1])
        || (i < 31 && hex[2] != ':'))
      return FALSE;
  }
  at = g_stpcpy (at, "sha-256 ");
  for (const gchar *c = value + 8; *c != '\0'; c++)
    *at++ = g_ascii_toupper (*c);
  *at = '\0';
  return TRUE;
}

/* RFC 8839, 5.4: ufrag 4 to 256 and pwd 22 to 256 ice-chars. All media are
 * bundled, so the first ones hold for all. */
static gboolean
read_transport (
    PbOffer *offer, const gchar *name, const gchar *value, gboolean *known)
{
  *known = TRUE;
  if (g_str_equal (name, "ice-ufrag"))
    return offer->ice_ufrag[0] != '\0'
           || copy_token (
               offer->ice_ufrag, sizeof offer->ice_ufrag, value, 4, "+/");
  if (g_str_equal (name, "ice-pwd"))
    return offer->ice_pwd[0] != '\0'
           || copy_token (
               offer->ice_pwd, sizeof offer->ice_pwd, value, 22, "+/");
  if (g_str_equal (name, "fingerprint"))
    return offer->fingerprint[0] != '\0' || read_fingerprint (offer, value);
  if (g_str_equal (name, "setup"))
    return g_str_equal (value, "actpass") || g_str_equal (value, "active");
  *known = FALSE;
  return TRUE;
}

static gboolean
read_rtpmap (Reader *reader, const gchar *value)
{
  guint pt;
  const gchar *codec = read_pt (value, &pt);

  if (codec == NULL)
    return FALSE;
  reader->payloads[pt].h264 = g_ascii_strcasecmp (codec, "H264/90000") == 0;
  reader->payloads[pt].opus = g_ascii_strcasecmp (codec, "opus/48000/2") == 0;
  reader->payloads[pt].rtx = g_ascii_strcasecmp (codec, "rtx/90000") == 0;
  return TRUE;
}

static gboolean
read_fmtp (Reader *reader, const gchar *value)
{
  guint pt, apt;
  const gchar *text = read_pt (value, &pt);
  g_auto (GStrv) params = NULL;

  if (text == NULL)
    return FALSE;
  params = g_strsplit (text, ";", 32);
  for (gchar **param = params; *param != NULL; param++) {
    gchar *key = g_strstrip (*param);
    gchar *is = strchr (key, '=');

    if (is == NULL)
      continue;
    *is++ = '\0';
    if (g_ascii_strcasecmp (key, "packetization-mode") == 0)
      reader->payloads[pt].mode_1 = g_str_equal (is, "1");
    else if (g_ascii_strcasecmp (key, "profile-level-id") == 0
             && strlen (is) == 6 && strspn (is, "0123456789abcdefABCDEF") == 6)
      g_strlcpy (reader->payloads[pt].profile, is, 7);
    else if (g_ascii_strcasecmp (key, "apt") == 0
             && read_number (is, 0, MAX_PAYLOADS - 1, &apt))
      reader->payloads[pt].apt = (gint) apt;
  }
  return TRUE;
}

static gboolean
read_mid (Reader *reader, const gchar *value)
{
  PbOffer *offer = reader->offer;
  PbOfferMedia *media = &offer->media[reader->index];

  if (media->mid[0] != '\0'
      || !copy_token (media->mid, sizeof media->mid, value, 1, "-_"))
    return FALSE;
  for (gint i = 0; i < reader->index; i++) {
    if (g_str_equal (offer->media[i].mid, media->mid))
      return FALSE;
  }
  return TRUE;
}

static gboolean
read_media_attribute (Reader *reader, const gchar *name, const gchar *value)
{
  if (g_str_equal (name, "mid"))
    return read_mid (reader, value);
  if (g_str_equal (name, "bundle-only"))
    reader->bundle_only = TRUE;
  if (reader->type == MEDIA_DATA) {
    if (g_str_equal (name, "sctp-port"))
      return read_number (value, 1, 65535, &reader->offer->sctp_port);
    if (g_str_equal (name, "max-message-size"))
      return read_number (
          value, 0, G_MAXINT32, &reader->offer->max_message_bytes);
    return TRUE;
  }
  if (g_str_equal (name, "recvonly"))
    reader->used = !reader->offer->publishes;
  else if (g_str_equal (name, "sendonly"))
    reader->used = reader->offer->publishes;
  else if (g_str_equal (name, "sendrecv"))
    reader->used = TRUE;
  else if (g_str_equal (name, "inactive"))
    reader->used = FALSE;
  else if (g_str_equal (name, "rtcp-mux"))
    reader->rtcp_mux = TRUE;
  else if (g_str_equal (name, "rtpmap"))
    return read_rtpmap (reader, value);
  else if (reader->type == MEDIA_VIDEO && g_str_equal (name, "fmtp"))
    return read_fmtp (reader, value);
  return TRUE;
}

static gboolean
read_attribute (Reader *reader, gchar *line, GError **error)
{
  gchar *colon = strchr (line, ':');
  const gchar *value = "";
  gboolean known;

  if (colon != NULL) {
    *colon = '\0';
    value = colon + 1;
  }
  if (!read_transport (reader->offer, line, value, &known))
    return invalid (error, "An ICE or DTLS attribute is malformed");
  if (known)
    return TRUE;
  if (reader->index < 0) {
    if (g_str_equal (line, "group") && g_str_has_prefix (value, "BUNDLE")
        && reader->bundle == NULL)
      reader->bundle = g_strdup (value);
    return TRUE;
  }
  return read_media_attribute (reader, line, value)
         || invalid (error, "An attribute of a media section is malformed");
}

/* The best H.264 of a finished video section. Constrained baseline is what
 * every decoder takes; what is sent is what the driver's encoder made. */
static gint
choose_payload (const Reader *reader)
{
  static const gchar *const wanted[] = { "42e0", "4200", "4d00", "6400", "" };

  for (guint w = 0; w < G_N_ELEMENTS (wanted); w++) {
    for (gint pt = 0; pt < MAX_PAYLOADS; pt++) {
      const Payload *payload = &reader->payloads[pt];

      if (payload->listed && payload->h264 && payload->mode_1
          && g_ascii_strncasecmp (
                 payload->profile, wanted[w], strlen (wanted[w]))
                 == 0)
        return pt;
    }
  }
  return -1;
}

static gboolean
finish_video (Reader *reader, GError **error)
{
  PbOffer *offer = reader->offer;
  PbOfferMedia *media = &offer->media[reader->index];

  if (!reader->used)
    return TRUE;
  if (offer->has_video)
    return invalid (error, "More than one video section");
  if (!reader->rtcp_mux)
    return invalid (error, "The video section has no rtcp-mux");
  offer->pt = choose_payload (reader);
  if (offer->pt < 0)
    return fail (error, PB_OFFER_ERROR_NO_H264,
        "The offer has no H.264 with packetization-mode=1");
  for (gint pt = 0; pt < MAX_PAYLOADS; pt++) {
    const Payload *payload = &reader->payloads[pt];

    if (payload->listed && payload->rtx && payload->apt == offer->pt)
      offer->rtx_pt = pt;
  }
  g_strlcpy (offer->profile_level_id, reader->payloads[offer->pt].profile, 7);
  /* RFC 6184, 8.1: what an absent profile-level-id means. */
  if (offer->profile_level_id[0] == '\0')
    g_strlcpy (offer->profile_level_id, "42000a", 7);
  offer->has_video = TRUE;
  media->kind = PB_OFFER_VIDEO;
  return TRUE;
}

/* What cannot be used is answered as inactive: the picture goes on without it. */
static void
finish_audio (Reader *reader)
{
  PbOffer *offer = reader->offer;

  if (!reader->used || !reader->rtcp_mux || offer->has_audio)
    return;
  for (gint pt = 0; pt < MAX_PAYLOADS && offer->audio_pt < 0; pt++) {
    if (reader->payloads[pt].listed && reader->payloads[pt].opus)
      offer->audio_pt = pt;
  }
  if (offer->audio_pt < 0)
    return;
  offer->has_audio = TRUE;
  offer->media[reader->index].kind = PB_OFFER_AUDIO;
}

static gboolean
finish_media (Reader *reader, GError **error)
{
  PbOffer *offer = reader->offer;
  PbOfferMedia *media;

  if (reader->index < 0)
    return TRUE;
  media = &offer->media[reader->index];
  if (media->mid[0] == '\0')
    return invalid (error, "A media section has no mid");
  /* RFC 9143, 6: port 0 stands for "on the bundle's port" with this only. */
  if (reader->port_0 && !reader->bundle_only)
    return invalid (error, "A media section has port 0");
  if (reader->type == MEDIA_VIDEO)
    return finish_video (reader, error);
  if (reader->type == MEDIA_AUDIO)
    finish_audio (reader);
  if (reader->type == MEDIA_DATA) {
    if (offer->has_data)
      return invalid (error, "More than one data section");
    if (offer->sctp_port == 0)
      return invalid (error, "The data section has no sctp-port");
    offer->has_data = TRUE;
    media->kind = PB_OFFER_DATA;
  }
  return TRUE;
}

static gboolean
read_formats (Reader *reader, gchar **fields)
{
  if (reader->type == MEDIA_DATA)
    return g_str_equal (fields[2], "UDP/DTLS/SCTP")
           && g_strv_length (fields) == 4
           && g_str_equal (fields[3], "webrtc-datachannel");
  if (!g_str_equal (fields[2], "UDP/TLS/RTP/SAVPF"))
    return FALSE;
  for (gchar **field = fields + 3; *field != NULL; field++) {
    guint pt;

    if (!read_number (*field, 0, MAX_PAYLOADS - 1, &pt))
      return FALSE;
    reader->payloads[pt].listed = TRUE;
  }
  return TRUE;
}

static gboolean
read_media (Reader *reader, const gchar *line, GError **error)
{
  g_auto (GStrv) fields = NULL;
  PbOffer *offer = reader->offer;
  guint port;

  if (!finish_media (reader, error))
    return FALSE;
  if (offer->n_media == PB_OFFER_MAX_MEDIA)
    return invalid (error, "Too many media sections");
  fields = g_strsplit (line, " ", 4 + MAX_PAYLOADS);
  if (g_strv_length (fields) < 4 || !read_number (fields[1], 0, 65535, &port))
    return invalid (error, "A media line is malformed");
  reader->type = MEDIA_VIDEO;
  while (!g_str_equal (fields[0], type_names[reader->type])) {
    if (++reader->type == G_N_ELEMENTS (type_names))
      return invalid (error, "A media section is of an unknown kind");
  }
  reader->index = (gint) offer->n_media++;
  offer->media[reader->index].kind = PB_OFFER_UNUSED;
  offer->media[reader->index].type = type_names[reader->type];
  memset (reader->payloads, 0, sizeof reader->payloads);
  for (guint i = 0; i < MAX_PAYLOADS; i++)
    reader->payloads[i].apt = -1;
  /* RFC 8866, 6.7: what no direction attribute means. */
  reader->used = TRUE;
  reader->rtcp_mux = FALSE;
  reader->port_0 = port == 0;
  reader->bundle_only = FALSE;
  return read_formats (reader, fields)
         || invalid (error, "A media line's protocol or formats are malformed");
}

static gboolean
read_line (Reader *reader, gchar *line, guint number, GError **error)
{
  if (number == 0)
    return g_str_equal (line, "v=0")
           || invalid (error, "The body does not begin as SDP");
  if (!g_ascii_islower (line[0]) || line[1] != '=')
    return invalid (error, "A line is not of the form x=…");
  if (line[0] == 'm')
    return read_media (reader, line + 2, error);
  if (line[0] == 'a')
    return read_attribute (reader, line + 2, error);
  return TRUE;
}

/* RFC 9143: everything runs on one transport, or there is nothing to answer. */
static gboolean
check_bundle (const Reader *reader, GError **error)
{
  g_auto (GStrv) mids = NULL;

  if (reader->offer->n_media < 2)
    return TRUE;
  if (reader->bundle == NULL)
    return invalid (error, "The media sections are not bundled");
  mids = g_strsplit (reader->bundle, " ", PB_OFFER_MAX_MEDIA + 2);
  for (guint i = 0; i < reader->offer->n_media; i++) {
    const PbOfferMedia *media = &reader->offer->media[i];

    if (!g_strv_contains ((const gchar *const *) mids + 1, media->mid))
      return invalid (error, "A media section is not bundled");
  }
  return TRUE;
}

static gboolean
check_whole (const Reader *reader, GError **error)
{
  const PbOffer *offer = reader->offer;

  if (offer->publishes && !offer->has_video)
    return fail (
        error, PB_OFFER_ERROR_NOTHING, "The offer has no video to send");
  if (!offer->has_video && !offer->has_data)
    return fail (error, PB_OFFER_ERROR_NOTHING,
        "The offer takes neither video nor a data channel");
  if (offer->ice_ufrag[0] == '\0' || offer->ice_pwd[0] == '\0')
    return invalid (error, "The offer has no ICE credentials");
  if (offer->fingerprint[0] == '\0')
    return invalid (error, "The offer has no fingerprint");
  return check_bundle (reader, error);
}

static gboolean
read_lines (Reader *reader, gchar *text, GError **error)
{
  guint number = 0;

  for (gchar *line = text, *next; *line != '\0'; line = next, number++) {
    gsize length = strcspn (line, "\r\n");

    next = line + length;
    if (next[0] == '\r' && next[1] == '\n')
      *next++ = '\0';
    if (*next != '\0')
      *next++ = '\0';
    if (!read_line (reader, line, number, error))
      return FALSE;
  }
  return finish_media (reader, error) && check_whole (reader, error);
}

static gboolean
parse (PbOffer *offer, const gchar *text, gsize size, gboolean publishes,
    GError **error)
{
  g_autofree Reader *reader = NULL;
  g_autofree gchar *copy = NULL;
  gboolean ok;

  *offer = (PbOffer){ .publishes = publishes,
    .pt = -1,
    .audio_pt = -1,
    .rtx_pt = -1,
    .max_message_bytes = 65536 };
  if (size > PB_OFFER_MAX_BYTES)
    return fail (error, PB_OFFER_ERROR_TOO_LARGE, "The offer is too large");
  if (memchr (text, '\0', size) != NULL)
    return invalid (error, "The offer has a NUL byte");
  copy = g_strndup (text, size);
  reader = g_new0 (Reader, 1);
  reader->offer = offer;
  reader->index = -1;
  ok = read_lines (reader, copy, error);
  g_free (reader->bundle);
  return ok;
}

/**
 * pb_offer_parse:
 * @offer: (out): what the offer of a viewer says
 * @text: the body of a POST, any bytes
 * @size: how many
 * @error: #PbOfferError, with a sentence for the client
 *
 * Any thread. Candidates are not read: the server learns the browser's address
 * from its first packet, and mDNS names (RFC 8838 drafts) would each cost a
 * look-up.
 *
 * Returns: %FALSE if @offer cannot be used
 */
gboolean
pb_offer_parse (PbOffer *offer, const gchar *text, gsize size, GError **error)
{
  return parse (offer, text, size, FALSE, error);
}

/**
 * pb_offer_parse_publisher:
 * @offer: (out): what the offer of a publisher says
 *
 * As pb_offer_parse(), for one that sends H.264 and may send Opus.
 *
 * Returns: %FALSE if @offer cannot be used
 */
gboolean
pb_offer_parse_publisher (
    PbOffer *offer, const gchar *text, gsize size, GError **error)
{
  return parse (offer, text, size, TRUE, error);
}

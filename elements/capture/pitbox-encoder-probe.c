/* SPDX-License-Identifier: LGPL-2.1-or-later
 * pitbox-encoder-probe: tries one encoder, so that what it breaks is this
 * process. Exit code 0: it encoded; 1: it said why not, which is on stdout. */
#include "encoderchain.h"
#include "probeos.h"

#include <gst/gst.h>
#include <locale.h>

#define EXIT_FAILED 1
#define EXIT_USAGE 2

/* Enough for encoders that keep some back, and done in a fraction of a second.
 * The size is one that all hardware takes. */
#define N_PICTURES 12
#define SIZE "width=640,height=368,framerate=60/1"

static int
fail (const gchar *why)
{
  g_print ("%s\n", why);
  return EXIT_FAILED;
}

static GstElement *
make_source (EncoderMemory memory, GError **error)
{
  static const gchar *const sources[ENCODER_N_MEMORIES] = {
    "identity",
    "d3d11upload ! video/x-raw(memory:D3D11Memory)",
    "cudaupload ! video/x-raw(memory:CUDAMemory)",
    "vapostproc ! video/x-raw(memory:VAMemory)",
    "d3d12upload ! video/x-raw(memory:D3D12Memory)",
  };
  g_autofree gchar *text = g_strdup_printf (
      "videotestsrc num-buffers=%d ! video/x-raw,format=NV12," SIZE " ! %s",
      N_PICTURES, sources[memory]);

  return gst_parse_bin_from_description (text, TRUE, error);
}

static void
on_handoff (GstElement *sink, GstBuffer *buffer, GstPad *pad, gpointer count)
{
  if (gst_buffer_get_size (buffer) > 0)
    (*(guint *) count)++;
}

static int
run (GstElement *pipeline, const guint *count)
{
  g_autoptr (GstBus) bus = gst_element_get_bus (pipeline);
  g_autoptr (GstMessage) message = NULL;
  g_autoptr (GError) error = NULL;

  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  message = gst_bus_timed_pop_filtered (
      bus, GST_CLOCK_TIME_NONE, GST_MESSAGE_ERROR | GST_MESSAGE_EOS);
  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR)
    gst_message_parse_error (message, &error, NULL);
  /* To let go of the driver is part of what must work. */
  gst_element_set_state (pipeline, GST_STATE_NULL);
  if (error != NULL)
    return fail (error->message);
  return *count > 0 ? 0 : fail ("it takes pictures and gives nothing");
}

static int
probe (EncoderCodec codec, const gchar *factory, EncoderMemory memory)
{
  const EncoderSettings settings = { 3000, 2000, 0, TRUE, TRUE,
    ENCODER_SPEED_FAST, 60, 1 };
  const EncoderKind *kind = encoder_find (factory, codec);
  g_autoptr (GstElement) pipeline = gst_pipeline_new (NULL);
  g_autoptr (GError) error = NULL;
  GstElement *source, *chain, *sink;
  guint count = 0;

  if (kind == NULL)
    return fail ("not an encoder that is known here");
  source = make_source (memory, &error);
  chain = source == NULL ? NULL
                         : encoder_chain_new (kind, factory, codec, memory,
                             FALSE, &settings, NULL, NULL, &error);
  sink = gst_element_factory_make ("fakesink", NULL);
  if (chain == NULL || sink == NULL)
    return fail (error != NULL ? error->message : "there is no fakesink");
  gst_bin_add_many (GST_BIN (pipeline), source, chain, sink, NULL);
  if (!gst_element_link_many (source, chain, sink, NULL))
    return fail ("it does not take such pictures");
  g_object_set (sink, "signal-handoffs", TRUE, "sync", FALSE, NULL);
  g_signal_connect (sink, "handoff", G_CALLBACK (on_handoff), &count);
  return run (pipeline, &count);
}

int
main (int argc, char **argv)
{
  EncoderCodec codec;
  EncoderMemory memory;

  setlocale (LC_ALL, "");
  g_set_prgname ("pitbox-encoder-probe");
  probe_os_crash_quietly ();
  if (argc != 4 || !encoder_memory_from_string (argv[3], &memory)
      || (!g_str_equal (argv[1], "h264") && !g_str_equal (argv[1], "h265"))) {
    g_printerr ("Usage: pitbox-encoder-probe h264|h265 ELEMENT "
                "system|d3d11|cuda|va|d3d12\n"
                "Tries whether ELEMENT encodes pictures from that memory. "
                "pitboxencodebin runs it.\n");
    return EXIT_USAGE;
  }
  codec =
      g_str_equal (argv[1], "h265") ? ENCODER_CODEC_H265 : ENCODER_CODEC_H264;
  gst_init (NULL, NULL);
  return probe (codec, argv[2], memory);
}

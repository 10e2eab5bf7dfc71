/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What the library exports; everything else of it is hidden. */
#pragma once

#include <glib.h>

/**
 * GST_PITBOX_API: (skip)
 *
 * Before each function of a public header.
 */
#if defined(G_OS_WIN32) && defined(BUILDING_GST_PITBOX)
#define GST_PITBOX_API __declspec(dllexport)
#elif defined(G_OS_WIN32)
#define GST_PITBOX_API __declspec(dllimport)
#else
#define GST_PITBOX_API __attribute__ ((visibility ("default")))
#endif

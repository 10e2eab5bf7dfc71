/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What the schema coder knows beforehand. Part of the format: append only. */
#include "gstpitboxschematables.h"

/* clang-format off */

/* Entries of the table of well-known variables in the order of disk files. */
const guint16 gst_pitbox_schema_disk_order[GST_PITBOX_SCHEMA_KNOWN] = {
  0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13,
  14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27,
  28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41,
  42, 43, 44, 45, 46, 47, 48, 49, 50, 51, 52, 53, 54, 55,
  56, 57, 58, 59, 60, 61, 62, 63, 64, 65, 66, 67, 68, 69,
  70, 71, 72, 73, 74, 75, 76, 77, 78, 79, 80, 81, 82, 83,
  84, 85, 86, 87, 88, 89, 90, 91, 92, 93, 94, 95, 96, 97,
  98, 99, 100, 101, 102, 103, 104, 105, 106, 107, 108, 109, 110, 111,
  112, 113, 114, 115, 116, 117, 118, 119, 120, 121, 122, 123, 124, 125,
  126, 127, 128, 129, 333, 334, 335, 130, 131, 132, 133, 134, 135, 136,
  137, 138, 139, 140, 141, 142, 143, 144, 145, 146, 147, 148, 149, 150,
  151, 152, 153, 154, 155, 156, 157, 158, 159, 160, 161, 162, 163, 164,
  165, 166, 167, 168, 169, 170, 171, 172, 173, 174, 175, 176, 177, 178,
  179, 180, 181, 182, 183, 184, 185, 186, 187, 188, 189, 190, 191, 192,
  336, 193, 194, 195, 196, 197, 198, 199, 200, 201, 202, 203, 204, 205,
  206, 207, 208, 209, 210, 211, 212, 213, 214, 215, 216, 217, 218, 219,
  220, 221, 222, 223, 224, 225, 226, 227, 228, 229, 230, 231, 232, 233,
  234, 235, 236, 237, 238, 239, 240, 241, 242, 243, 244, 245, 246, 247,
  248, 249, 250, 251, 252, 253, 337, 346, 347, 348, 349, 350, 338, 339,
  254, 255, 256, 257, 258, 259, 340, 260, 341, 342, 343, 344, 261, 262,
  263, 264, 265, 266, 267, 268, 269, 345, 281, 351, 352, 282, 283, 353,
  354, 355, 284, 285, 286, 287, 288, 289, 290, 356, 357, 291, 292, 358,
  359, 360, 293, 294, 295, 296, 297, 298, 270, 271, 272, 273, 274, 275,
  276, 277, 278, 361, 362, 363, 364, 365, 366, 367, 279, 280, 299, 368,
  369, 300, 301, 370, 371, 372, 302, 303, 304, 305, 306, 307, 308, 373,
  374, 309, 310, 375, 376, 377, 311, 312, 313, 314, 315, 316, 378, 379,
  380, 381, 382, 383, 384, 385, 317, 318, 319, 320, 321, 322, 323, 324,
  325, 326, 327, 328, 329, 330, 331, 332, 386, 387, 388, 389, 390, 391,
  392, 393,
};

/* What other builds of the simulator write for a name of that table. */
const IrsdkWellKnown gst_pitbox_schema_variants[GST_PITBOX_SCHEMA_VARIANTS] = {
  { "CpuUsageFG", "%", "Percent of available tim fg thread took with a 1 sec avg", 4, 0, 1 },
  { "GpuUsage", "%", "Percent of available tim gpu took with a 1 sec avg", 4, 0, 1 },
  { "CpuUsageBG", "%", "Percent of available tim bg thread took with a 1 sec avg", 4, 0, 1 },
  { "SessionLapsRemain", "", "Laps left till session ends", 2, 0, 1 },
  { "Lap", "", "Lap count", 2, 0, 1 },
  { "TrackTemp", "C", "Temperature of track at start/finish line", 4, 0, 1 },
  { "dcPitSpeedLimiterToggle", "", "In car traction control active", 1, 0, 1 },
  { "PlayerCarInPitStall", "", "Players car is properly in there pitstall", 1, 0, 1 },
  { "CarIdxPaceFlags", "irsdk_PaceFlags", "Pacing status flags for each car", 2, 0, 64 },
  { "AirPressure", "Hg", "Pressure of air at start/finish line", 4, 0, 1 },
  { "RelativeHumidity", "%", "Relative Humidity", 4, 0, 1 },
  { "FogLevel", "%", "Fog level", 4, 0, 1 },
  { "CarLeftRight", "irsdk_CarLeftRight", "Notify if car is to the left or right of driver", 3, 0, 1 },
  { "PitSvFuel", "l", "Pit service fuel add amount", 4, 0, 1 },
  { "dpFuelAddKg", "kg", "Pitstop fuel add ammount", 4, 0, 1 },
};

/* clang-format on */

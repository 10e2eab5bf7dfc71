/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Everything of the library gstpitbox-1.0. */
#pragma once

#include <gstpitbox/gstpitboxapi.h>
#include <gstpitbox/gstpitboxbackoff.h>
#include <gstpitbox/gstpitboxcaps.h>
#include <gstpitbox/gstpitboxcodec.h>
#include <gstpitbox/gstpitboxdecoder.h>
#include <gstpitbox/gstpitboxdriverinfo.h>
#include <gstpitbox/gstpitboxencoder.h>
#include <gstpitbox/gstpitboxerror.h>
#include <gstpitbox/gstpitboxexpression.h>
#include <gstpitbox/gstpitboxfieldlist.h>
#include <gstpitbox/gstpitboxjson.h>
#include <gstpitbox/gstpitboxmatcher.h>
#include <gstpitbox/gstpitboxmeta.h>
#include <gstpitbox/gstpitboxpreface.h>
#include <gstpitbox/gstpitboxquantity.h>
#include <gstpitbox/gstpitboxrekey.h>
#include <gstpitbox/gstpitboxrow.h>
#include <gstpitbox/gstpitboxsample.h>
#include <gstpitbox/gstpitboxschema.h>
#include <gstpitbox/gstpitboxsession.h>
#include <gstpitbox/gstpitboxstreamid.h>
#include <gstpitbox/gstpitboxstrip.h>
#include <gstpitbox/gstpitboxtemplate.h>
#include <gstpitbox/gstpitboxtime.h>
#include <gstpitbox/gstpitboxunit.h>
#include <gstpitbox/gstpitboxunitcursor.h>
#include <gstpitbox/gstpitboxunitmessage.h>
#include <gstpitbox/gstpitboxwindow.h>

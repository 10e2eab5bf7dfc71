/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Tables of devices and readers, the places that they have, and the decision. */
#include "pitboxsrtgate.h"

#include <gstpitbox/gstpitboxcontest.h>
#include <gstpitbox/gstpitboxerror.h>

#include "pitboxsecret.h"

/* Names remembered as revoked, so that their owners are told so. */
#define MAX_REVOKED 4096

typedef struct {
  gchar **drivers; /* NULL: all */
  gchar *passphrase;
  gint64 held_until_us;
  gint64 contested_until_us;
} Account;

/* Accounts by name, and the names of those that were taken out. */
typedef struct {
  GHashTable *accounts;
  GHashTable *revoked;
} Table;

typedef struct {
  PitboxSrtGate *gate;
  gpointer connection;
  gchar *driver;
  GstPitboxContest contest;
} Place;

struct _PitboxSrtGate {
  PitboxSrtGateFuncs funcs;
  gpointer user_data;
  PitboxSrtRules rules;
  gchar *passphrase;
  gboolean accepting;

  Table devices;
  Table readers;

  GHashTable *places; /* device -> Place, the current one */
  GHashTable *reading; /* reader -> number of its connections */
  guint n_reading;
  guint n_expected[2]; /* by GstPitboxStreamMode */
};

static void
account_free (Account *account)
{
  g_strfreev (account->drivers);
  pitbox_secret_free (account->passphrase);
  g_free (account);
}

static void
table_init (Table *table)
{
  table->accounts = g_hash_table_new_full (
      g_str_hash, g_str_equal, g_free, (GDestroyNotify) account_free);
  table->revoked =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
}

static void
table_clear (Table *table)
{
  g_hash_table_unref (table->accounts);
  g_hash_table_unref (table->revoked);
}

/* Takes @drivers. */
static void
table_add (
    Table *table, const gchar *name, gchar **drivers, const gchar *passphrase)
{
  const Account *old = g_hash_table_lookup (table->accounts, name);
  Account *account = g_new0 (Account, 1);

  account->drivers = drivers;
  if (old != NULL) {
    account->held_until_us = old->held_until_us;
    account->contested_until_us = old->contested_until_us;
  }
  if (passphrase != NULL && *passphrase != '\0')
    account->passphrase = g_strdup (passphrase);
  g_hash_table_remove (table->revoked, name);
  g_hash_table_replace (table->accounts, g_strdup (name), account);
}

static void
table_remove (Table *table, const gchar *name)
{
  if (g_hash_table_remove (table->accounts, name)
      && g_hash_table_size (table->revoked) < MAX_REVOKED)
    g_hash_table_add (table->revoked, g_strdup (name));
}

static gboolean
may_use (const Account *account, const gchar *driver)
{
  return account->drivers == NULL
         || g_strv_contains ((const gchar *const *) account->drivers, driver);
}

/* 0, or why @name may not have to do with @driver at all. */
static int
table_check (const Table *table, const gchar *name, const gchar *driver,
    gboolean accept_any)
{
  const Account *account = g_hash_table_lookup (table->accounts, name);

  if (account == NULL && accept_any)
    return 0;
  if (account == NULL)
    return g_hash_table_contains (table->revoked, name)
               ? PITBOX_SRT_REJECT_REVOKED
               : PITBOX_SRT_REJECT_UNKNOWN_DEVICE;
  return may_use (account, driver) ? 0 : PITBOX_SRT_REJECT_DRIVER;
}

static void
place_free (Place *place)
{
  place->gate->funcs.unref (place->connection);
  g_free (place->driver);
  g_free (place);
}

void
pitbox_srt_visitor_clear (PitboxSrtVisitor *visitor)
{
  g_clear_pointer (&visitor->driver, g_free);
  g_clear_pointer (&visitor->user, g_free);
}

PitboxSrtGate *
pitbox_srt_gate_new (const PitboxSrtGateFuncs *funcs, gpointer user_data)
{
  PitboxSrtGate *gate = g_new0 (PitboxSrtGate, 1);

  gate->funcs = *funcs;
  gate->user_data = user_data;
  table_init (&gate->devices);
  table_init (&gate->readers);
  gate->places = g_hash_table_new_full (
      g_str_hash, g_str_equal, g_free, (GDestroyNotify) place_free);
  gate->reading = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  return gate;
}

void
pitbox_srt_gate_free (PitboxSrtGate *gate)
{
  pitbox_srt_gate_close (gate);
  table_clear (&gate->devices);
  table_clear (&gate->readers);
  g_hash_table_unref (gate->places);
  g_hash_table_unref (gate->reading);
  g_free (gate);
}

/* Adds a device or changes it; a place that it has stays. */
gboolean
pitbox_srt_gate_add_device (PitboxSrtGate *gate, const gchar *device,
    const gchar *driver, const gchar *passphrase, GError **error)
{
  const gchar *drivers[] = { driver, NULL };

  if (!gst_pitbox_id_is_valid (device) || !gst_pitbox_id_is_valid (driver)) {
    g_set_error_literal (error, GST_PITBOX_ERROR, GST_PITBOX_ERROR_INVALID,
        "a device needs valid ids of itself and of its driver");
    return FALSE;
  }
  if (!pitbox_secret_is_valid (passphrase)) {
    g_set_error (error, GST_PITBOX_ERROR, GST_PITBOX_ERROR_INVALID,
        "device %s: the passphrase must have 10 to 79 characters", device);
    return FALSE;
  }
  table_add (
      &gate->devices, device, g_strdupv ((gchar **) drivers), passphrase);
  return TRUE;
}

/* The device is not let in before then; a place that it has stays. One that is
 * in no table is not held. */
void
pitbox_srt_gate_hold_device (
    PitboxSrtGate *gate, const gchar *device, gint64 until_us)
{
  Account *account = g_hash_table_lookup (gate->devices.accounts, device);

  if (account != NULL)
    account->held_until_us = until_us;
}

/* The place that the device wants is another one's until then, or until its
 * owner says that it is not; a place that it has stays. */
void
pitbox_srt_gate_contest_device (
    PitboxSrtGate *gate, const gchar *device, gint64 until_us)
{
  Account *account = g_hash_table_lookup (gate->devices.accounts, device);

  if (account != NULL)
    account->contested_until_us = until_us;
}

static gboolean
is_contested (PitboxSrtGate *gate, const gchar *device, gint64 now_us)
{
  const Account *account = g_hash_table_lookup (gate->devices.accounts, device);

  return account != NULL && now_us < account->contested_until_us;
}

static gboolean
is_held (PitboxSrtGate *gate, const gchar *device, gint64 now_us)
{
  const Account *account = g_hash_table_lookup (gate->devices.accounts, device);

  return account != NULL && now_us < account->held_until_us;
}

/* The device is not let in any more; a place that it has stays. */
void
pitbox_srt_gate_remove_device (PitboxSrtGate *gate, const gchar *device)
{
  table_remove (&gate->devices, device);
}

/* NULL for all; FALSE where one is not valid. */
static gboolean
parse_drivers (const gchar *text, gchar ***drivers)
{
  *drivers = NULL;
  if (text == NULL || *text == '\0')
    return TRUE;
  *drivers = g_strsplit (text, ",", -1);
  for (guint i = 0; (*drivers)[i] != NULL; i++)
    if (!gst_pitbox_id_is_valid ((*drivers)[i])) {
      g_clear_pointer (drivers, g_strfreev);
      return FALSE;
    }
  return TRUE;
}

/* Adds a reader or changes it. @drivers: ids with commas between them, or NULL
 * for all. */
gboolean
pitbox_srt_gate_add_reader (PitboxSrtGate *gate, const gchar *reader,
    const gchar *drivers, const gchar *passphrase, GError **error)
{
  gchar **list;

  if (!pitbox_secret_is_valid (passphrase)) {
    g_set_error (error, GST_PITBOX_ERROR, GST_PITBOX_ERROR_INVALID,
        "reader %s: the passphrase must have 10 to 79 characters",
        reader != NULL ? reader : "");
    return FALSE;
  }
  if (!gst_pitbox_id_is_valid (reader) || !parse_drivers (drivers, &list)) {
    g_set_error_literal (error, GST_PITBOX_ERROR, GST_PITBOX_ERROR_INVALID,
        "a reader needs valid ids of itself and of its drivers");
    return FALSE;
  }
  table_add (&gate->readers, reader, list, passphrase);
  return TRUE;
}

void
pitbox_srt_gate_remove_reader (PitboxSrtGate *gate, const gchar *reader)
{
  table_remove (&gate->readers, reader);
}

/* Everybody is refused until pitbox_srt_gate_set_accepting(). */
void
pitbox_srt_gate_open (PitboxSrtGate *gate, const PitboxSrtRules *rules)
{
  pitbox_srt_gate_close (gate);
  gate->rules = *rules;
  gate->passphrase = g_strdup (rules->passphrase);
}

/* Refuses everybody and forgets all places; the tables stay. */
void
pitbox_srt_gate_close (PitboxSrtGate *gate)
{
  gate->accepting = FALSE;
  g_clear_pointer (&gate->passphrase, pitbox_secret_free);
  g_hash_table_remove_all (gate->places);
  g_hash_table_remove_all (gate->reading);
  gate->n_reading = 0;
  gate->n_expected[0] = gate->n_expected[1] = 0;
}

void
pitbox_srt_gate_set_accepting (PitboxSrtGate *gate, gboolean accepting)
{
  gate->accepting = accepting;
}

static gboolean
is_connected (const Place *place)
{
  return place->gate->funcs.is_connected (place->connection);
}

/* Who takes the place of somebody that is heard fights for it. */
static gboolean
may_take (Place *holder, gint64 now_us)
{
  return holder->gate->funcs.is_silent (holder->connection)
         || gst_pitbox_contest_try (&holder->contest, now_us);
}

/* Whose place a connection of @device takes, or NULL: that of its own older
 * one, or of another device where a driver has but one place. */
static Place *
find_holder (PitboxSrtGate *gate, const gchar *driver, const gchar *device)
{
  Place *own = g_hash_table_lookup (gate->places, device);
  GHashTableIter iter;
  Place *other;

  if (!gate->rules.one_per_driver || (own != NULL && is_connected (own)))
    return own;
  g_hash_table_iter_init (&iter, gate->places);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &other))
    if (g_str_equal (other->driver, driver) && is_connected (other))
      return other;
  return own;
}

static gboolean
is_crowded (const PitboxSrtGate *gate)
{
  return gate->n_expected[0] + gate->n_expected[1] >= PITBOX_SRT_MAX_EXPECTED;
}

static int
decide_publish (
    PitboxSrtGate *gate, const PitboxSrtVisitor *visitor, gint64 now_us)
{
  const gchar *driver = visitor->driver, *device = visitor->user;
  Place *holder;
  int code =
      table_check (&gate->devices, device, driver, gate->rules.accept_any);

  if (code != 0)
    return code;
  if (is_held (gate, device, now_us))
    return PITBOX_SRT_REJECT_HELD;
  if (is_contested (gate, device, now_us))
    return PITBOX_SRT_REJECT_CONTESTED;
  holder = find_holder (gate, driver, device);
  /* A sender that takes a place over needs no further one. */
  if (is_crowded (gate)
      || (holder == NULL
          && g_hash_table_size (gate->places)
                     + gate->n_expected[GST_PITBOX_STREAM_PUBLISH]
                 >= gate->rules.max_callers))
    return PITBOX_SRT_REJECT_FULL;
  if (holder != NULL && is_connected (holder) && !may_take (holder, now_us))
    return PITBOX_SRT_REJECT_CONTESTED;
  return 0;
}

/* Whether a device of that driver may come. */
static gboolean
knows_driver (PitboxSrtGate *gate, const gchar *driver)
{
  GHashTableIter iter;
  const Account *account;

  if (gate->rules.accept_any)
    return TRUE;
  g_hash_table_iter_init (&iter, gate->devices.accounts);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &account))
    if (may_use (account, driver))
      return TRUE;
  return FALSE;
}

static guint
count_of (const PitboxSrtGate *gate, const gchar *reader)
{
  return GPOINTER_TO_UINT (g_hash_table_lookup (gate->reading, reader));
}

static int
decide_request (PitboxSrtGate *gate, const PitboxSrtVisitor *visitor)
{
  const gchar *driver = visitor->driver, *reader = visitor->user;
  guint n_coming = gate->n_expected[GST_PITBOX_STREAM_REQUEST];
  int code;

  if (is_crowded (gate))
    return PITBOX_SRT_REJECT_FULL;
  if (!gate->rules.serves_readers)
    return PITBOX_SRT_REJECT_MODE;
  code = table_check (&gate->readers, reader, driver, gate->rules.accept_any);
  if (code != 0)
    return code;
  if (!gate->funcs.is_live (driver, gate->user_data))
    return knows_driver (gate, driver) ? PITBOX_SRT_REJECT_NOT_LIVE
                                       : PITBOX_SRT_REJECT_UNKNOWN_DRIVER;
  if (gate->n_reading + n_coming >= gate->rules.max_readers
      || count_of (gate, reader) + n_coming >= PITBOX_SRT_MAX_PER_READER)
    return PITBOX_SRT_REJECT_FULL;
  return 0;
}

static Table *
table_of (PitboxSrtGate *gate, const PitboxSrtVisitor *visitor)
{
  return visitor->mode == GST_PITBOX_STREAM_REQUEST ? &gate->readers
                                                    : &gate->devices;
}

/* Fills @visitor, which the caller clears, from a caller's stream id. Returns 0
 * where it may come if it knows @passphrase, or the code to refuse it with. Who
 * may come is expected until one of enter(), enter_reader() and give_up(). */
int
pitbox_srt_gate_ask (PitboxSrtGate *gate, const gchar *stream_id, gint64 now_us,
    PitboxSrtVisitor *visitor, gchar **passphrase)
{
  g_autoptr (GError) error = NULL;
  const Account *account;
  int code;

  if (!gst_pitbox_stream_id_parse (
          stream_id, &visitor->mode, &visitor->driver, &visitor->user, &error))
    return g_error_matches (
               error, GST_PITBOX_ERROR, GST_PITBOX_ERROR_UNSUPPORTED)
               ? PITBOX_SRT_REJECT_MODE
               : PITBOX_SRT_REJECT_STREAM_ID;
  if (!gate->accepting)
    return PITBOX_SRT_REJECT_NOT_READY;
  code = visitor->mode == GST_PITBOX_STREAM_REQUEST
             ? decide_request (gate, visitor)
             : decide_publish (gate, visitor, now_us);
  if (code != 0)
    return code;
  gate->n_expected[visitor->mode]++;
  account =
      g_hash_table_lookup (table_of (gate, visitor)->accounts, visitor->user);
  *passphrase = g_strdup (account != NULL && account->passphrase != NULL
                              ? account->passphrase
                              : gate->passphrase);
  return 0;
}

/* Its handshake has come to nothing. */
void
pitbox_srt_gate_give_up (PitboxSrtGate *gate, const PitboxSrtVisitor *visitor)
{
  if (gate->n_expected[visitor->mode] > 0)
    gate->n_expected[visitor->mode]--;
}

static gboolean
is_welcome_still (PitboxSrtGate *gate, const PitboxSrtVisitor *visitor)
{
  return gate->accepting
         && table_check (table_of (gate, visitor), visitor->user,
                visitor->driver, gate->rules.accept_any)
                == 0;
}

/* A device's handshake is through: @connection has its place now, and
 * @replaced, with a reference, is whose place it was, or NULL. @takes_over:
 * that one was still connected. FALSE where the device was removed or held, or
 * its place became contested, while it shook hands. */
gboolean
pitbox_srt_gate_enter (PitboxSrtGate *gate, const PitboxSrtVisitor *visitor,
    gpointer connection, gint64 now_us, gpointer *replaced,
    gboolean *takes_over)
{
  Place *holder = find_holder (gate, visitor->driver, visitor->user);
  Place *place;

  *replaced = NULL;
  *takes_over = holder != NULL && is_connected (holder);
  pitbox_srt_gate_give_up (gate, visitor);
  if (!is_welcome_still (gate, visitor) || is_held (gate, visitor->user, now_us)
      || is_contested (gate, visitor->user, now_us)
      || (*takes_over && !may_take (holder, now_us)))
    return FALSE;
  place = g_new0 (Place, 1);
  place->gate = gate;
  place->connection = gate->funcs.ref (connection);
  place->driver = g_strdup (visitor->driver);
  if (*takes_over && gate->funcs.is_silent (holder->connection))
    place->contest = holder->contest;
  else if (*takes_over)
    gst_pitbox_contest_pass_on (&holder->contest, &place->contest, now_us);
  if (holder != NULL)
    *replaced = gate->funcs.ref (holder->connection);
  g_hash_table_replace (gate->places, g_strdup (visitor->user), place);
  return TRUE;
}

/* The same for a reader, whose connections need no names. */
gboolean
pitbox_srt_gate_enter_reader (
    PitboxSrtGate *gate, const PitboxSrtVisitor *visitor)
{
  pitbox_srt_gate_give_up (gate, visitor);
  if (!gate->rules.serves_readers || !is_welcome_still (gate, visitor))
    return FALSE;
  g_hash_table_replace (gate->reading, g_strdup (visitor->user),
      GUINT_TO_POINTER (count_of (gate, visitor->user) + 1));
  gate->n_reading++;
  return TRUE;
}

/* @connection has ended; the place of @device is free if it was its own. */
void
pitbox_srt_gate_leave (
    PitboxSrtGate *gate, const gchar *device, gpointer connection)
{
  const Place *place = g_hash_table_lookup (gate->places, device);

  if (place != NULL && place->connection == connection)
    g_hash_table_remove (gate->places, device);
}

/* One connection of @reader has ended. */
void
pitbox_srt_gate_leave_reader (PitboxSrtGate *gate, const gchar *reader)
{
  guint n = count_of (gate, reader);

  if (n == 0)
    return;
  gate->n_reading--;
  if (n == 1)
    g_hash_table_remove (gate->reading, reader);
  else
    g_hash_table_replace (
        gate->reading, g_strdup (reader), GUINT_TO_POINTER (n - 1));
}

/* Places that are taken. */
guint
pitbox_srt_gate_count (const PitboxSrtGate *gate)
{
  return g_hash_table_size (gate->places);
}

/* Readers that have entered. */
guint
pitbox_srt_gate_count_readers (const PitboxSrtGate *gate)
{
  return gate->n_reading;
}

/* The connection of @device, or all where it is NULL, with references. */
GList *
pitbox_srt_gate_list (PitboxSrtGate *gate, const gchar *device)
{
  GList *list = NULL;
  GHashTableIter iter;
  const gchar *name;
  Place *place;

  g_hash_table_iter_init (&iter, gate->places);
  while (
      g_hash_table_iter_next (&iter, (gpointer *) &name, (gpointer *) &place))
    if (device == NULL || g_str_equal (name, device))
      list = g_list_prepend (list, gate->funcs.ref (place->connection));
  return list;
}

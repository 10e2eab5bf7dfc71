/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Commands to agents: never twice, never to another program, never lost in
 * silence. */
#include "control/pb-control-orders.h"

#include <string.h>

#include "pb-control-message.h"

#define RUN "run-one-1"
#define OTHER_RUN "run-two-2"
#define START_US (100 * G_USEC_PER_SEC)

static JsonObject *
parse (const gchar *format, ...)
{
  g_autoptr (GError) error = NULL;
  g_autofree gchar *text = NULL;
  JsonObject *message;
  va_list args;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  message = pb_control_message_parse (text, strlen (text), &error);
  g_assert_no_error (error);
  return message;
}

/* Returns: (transfer full): what goes to the agent */
static gchar *
give (PbControlOrders *orders, const gchar *device, const gchar *id,
    const gchar *name, gint64 now_us)
{
  g_autoptr (PbPrincipal) by =
      pb_principal_new (PB_PRINCIPAL_PERSON, "p1", "engineer", "default");
  g_autoptr (JsonObject) command =
      parse ("{\"type\":\"command\",\"id\":\"%s\",\"name\":\"%s\","
             "\"device\":\"%s\",\"args\":{},\"odd\":1}",
          id, name, device);
  gchar *to_agent;

  g_assert_null (pb_control_orders_find (orders, device, id));
  g_assert_nonnull (strstr (pb_control_orders_add (orders, device, RUN, command,
                                by, now_us, &to_agent),
      "\"accepted\""));
  return to_agent;
}

static const gchar *
answer (PbControlOrders *orders, const gchar *device, const gchar *id,
    const gchar *state)
{
  g_autoptr (JsonObject) receipt =
      parse ("{\"type\":\"receipt\",\"id\":\"%s\",\"state\":\"%s\","
             "\"applied\":{\"bitrate_kbps\":2000}}",
          id, state);

  return pb_control_orders_take_receipt (orders, device, receipt);
}

static void
test_the_agent_learns_who_and_no_more (void)
{
  g_autoptr (PbControlOrders) orders = pb_control_orders_new ();
  g_autofree gchar *text =
      give (orders, "pc1", "command-1", "key_frame", START_US);
  g_autoptr (JsonObject) command = parse ("%s", text);

  g_assert_cmpstr (
      json_object_get_string_member (command, "by"), ==, "engineer");
  g_assert_cmpstr (
      json_object_get_string_member (command, "id"), ==, "command-1");
  g_assert_false (json_object_has_member (command, "device"));
  g_assert_false (json_object_has_member (command, "odd"));
}

static void
test_one_receipt_counts (void)
{
  g_autoptr (PbControlOrders) orders = pb_control_orders_new ();
  const gchar *receipt;

  g_free (give (orders, "pc1", "command-1", "configure", START_US));
  g_assert_null (answer (orders, "pc1", "command-2", "executed"));
  g_assert_null (answer (orders, "pc2", "command-1", "executed"));
  receipt = answer (orders, "pc1", "command-1", "executed");
  g_assert_nonnull (strstr (receipt, "\"executed\""));
  g_assert_nonnull (strstr (receipt, "2000"));
  g_assert_nonnull (strstr (receipt, "\"pc1\""));
  g_assert_null (answer (orders, "pc1", "command-1", "refused"));
  /* Whoever gives it once more is told that. */
  g_assert_nonnull (strstr (
      pb_control_orders_find (orders, "pc1", "command-1"), "\"executed\""));
}

static void
test_a_receipt_tells_of_a_flash (void)
{
  g_autoptr (PbControlOrders) orders = pb_control_orders_new ();
  g_autoptr (JsonObject) receipt =
      parse ("{\"type\":\"receipt\",\"id\":\"command-1\","
             "\"state\":\"executed\",\"flash\":{\"first_tick\":7,"
             "\"last_tick\":126,\"ticks\":120,\"first_utc_us\":1,"
             "\"odd\":1}}");
  const gchar *told;

  g_free (give (orders, "pc1", "command-1", "sync_flash", START_US));
  told = pb_control_orders_take_receipt (orders, "pc1", receipt);
  g_assert_nonnull (strstr (told, "\"last_tick\":126"));
  g_assert_null (strstr (told, "odd"));
}

/* What agents and pages were told, when the program @run of pc1 came back. */
typedef struct {
  GString *to_agent;
  GString *to_pages;
} Told;

static void
told_clear (Told *told)
{
  g_string_free (told->to_agent, TRUE);
  g_string_free (told->to_pages, TRUE);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Told, told_clear)

static void
tell_agent (const gchar *device, const gchar *text, gpointer user_data)
{
  g_string_append_printf (
      ((Told *) user_data)->to_agent, "%s: %s\n", device, text);
}

static void
tell_pages (const gchar *device, const gchar *text, gpointer user_data)
{
  g_string_append_printf (
      ((Told *) user_data)->to_pages, "%s: %s\n", device, text);
}

static void
test_the_same_program_gets_it_again (void)
{
  g_autoptr (PbControlOrders) orders = pb_control_orders_new ();
  g_auto (Told) told = { g_string_new (NULL), g_string_new (NULL) };
  g_autofree gchar *text = NULL;
  g_autofree gchar *want = NULL;

  g_free (give (orders, "pc1", "command-1", "mode", START_US));
  g_free (give (orders, "pc2", "command-2", "mode", START_US));
  text = give (orders, "pc1", "command-3", "mode", START_US);
  want = g_strdup_printf ("pc1: %s\n", text);
  answer (orders, "pc1", "command-1", "executed");
  pb_control_orders_resume (orders, "pc1", RUN, tell_agent, tell_pages, &told);
  g_assert_cmpstr (told.to_agent->str, ==, want);
  g_assert_cmpstr (told.to_pages->str, ==, "");
  g_assert_nonnull (answer (orders, "pc1", "command-3", "executed"));
}

/* Also to one that does not say which program it is. */
static void
test_another_program_never_gets_it (void)
{
  static const gchar *const runs[] = { OTHER_RUN, NULL };

  for (guint i = 0; i < G_N_ELEMENTS (runs); i++) {
    g_autoptr (PbControlOrders) orders = pb_control_orders_new ();
    g_auto (Told) told = { g_string_new (NULL), g_string_new (NULL) };

    g_free (give (orders, "pc1", "command-1", "mode", START_US));
    pb_control_orders_resume (
        orders, "pc1", runs[i], tell_agent, tell_pages, &told);
    g_assert_cmpstr (told.to_agent->str, ==, "");
    g_assert_nonnull (strstr (told.to_pages->str, "\"lost\""));
    /* It may have been done all the same: nobody says so any more. */
    g_assert_null (answer (orders, "pc1", "command-1", "executed"));
  }
}

static void
test_what_waits_too_long_is_lost (void)
{
  const gint64 late_us = START_US + PB_CONTROL_ORDER_S * G_USEC_PER_SEC;
  g_autoptr (PbControlOrders) orders = pb_control_orders_new ();
  g_auto (Told) told = { g_string_new (NULL), g_string_new (NULL) };

  g_free (give (orders, "pc1", "command-0", "mode", START_US));
  g_free (give (orders, "pc1", "command-1", "mode", START_US));
  g_free (give (orders, "pc1", "command-2", "mode", START_US + 1));
  answer (orders, "pc1", "command-0", "refused");
  pb_control_orders_expire (orders, late_us - 1, tell_pages, &told);
  g_assert_cmpstr (told.to_pages->str, ==, "");
  pb_control_orders_expire (orders, late_us, tell_pages, &told);
  g_assert_nonnull (strstr (told.to_pages->str, "command-1"));
  g_assert_null (strstr (told.to_pages->str, "command-2"));
  g_assert_null (strstr (told.to_pages->str, "command-0"));
  g_string_truncate (told.to_pages, 0);
  pb_control_orders_expire (orders, late_us, tell_pages, &told);
  g_assert_cmpstr (told.to_pages->str, ==, "");
}

static void
test_the_oldest_is_forgotten (void)
{
  g_autoptr (PbControlOrders) orders = pb_control_orders_new ();

  for (guint i = 0; i <= PB_CONTROL_ORDERS_MAX; i++) {
    g_autofree gchar *id = g_strdup_printf ("command-%u", i);

    g_free (give (orders, "pc1", id, "mode", START_US));
  }
  g_assert_null (pb_control_orders_find (orders, "pc1", "command-0"));
  g_assert_nonnull (pb_control_orders_find (orders, "pc1", "command-1"));
}

static void
test_an_agent_gets_so_many (void)
{
  g_autoptr (PbControlOrders) orders = pb_control_orders_new ();
  gint64 now_us = START_US;

  for (guint i = 0; i < PB_CONTROL_ORDERS_BURST; i++)
    g_assert_true (pb_control_orders_may (orders, "pc1", now_us));
  g_assert_false (pb_control_orders_may (orders, "pc1", now_us));
  g_assert_true (pb_control_orders_may (orders, "pc2", now_us));
  now_us += G_USEC_PER_SEC;
  for (guint i = 0; i < PB_CONTROL_ORDERS_PER_S; i++)
    g_assert_true (pb_control_orders_may (orders, "pc1", now_us));
  g_assert_false (pb_control_orders_may (orders, "pc1", now_us));
}

static const PbPrincipal *
take_part (PbControlOrders *orders, const gchar *id, guint part)
{
  g_autoptr (JsonObject) message =
      parse ("{\"type\":\"diagnostics\",\"id\":\"%s\",\"part\":%u,"
             "\"last\":false,\"text\":\"x\"}",
          id, part);

  return pb_control_orders_take_part (orders, "pc1", message);
}

static void
test_diagnostics_come_in_order_and_were_asked_for (void)
{
  g_autoptr (PbControlOrders) orders = pb_control_orders_new ();
  const PbPrincipal *by;

  g_free (give (orders, "pc1", "command-1", "diagnose", START_US));
  g_free (give (orders, "pc1", "command-2", "mode", START_US));
  g_assert_null (take_part (orders, "command-1", 2));
  by = take_part (orders, "command-1", 1);
  g_assert_cmpstr (by->id, ==, "p1");
  g_assert_null (take_part (orders, "command-1", 1));
  g_assert_null (take_part (orders, "command-2", 1));
  g_assert_null (take_part (orders, "command-3", 1));
  answer (orders, "pc1", "command-1", "executed");
  g_assert_null (take_part (orders, "command-1", 2));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func (
      "/control-orders/who-and-no-more", test_the_agent_learns_who_and_no_more);
  g_test_add_func ("/control-orders/one-receipt", test_one_receipt_counts);
  g_test_add_func ("/control-orders/flash", test_a_receipt_tells_of_a_flash);
  g_test_add_func (
      "/control-orders/same-program", test_the_same_program_gets_it_again);
  g_test_add_func (
      "/control-orders/another-program", test_another_program_never_gets_it);
  g_test_add_func ("/control-orders/lost", test_what_waits_too_long_is_lost);
  g_test_add_func ("/control-orders/forgotten", test_the_oldest_is_forgotten);
  g_test_add_func ("/control-orders/limit", test_an_agent_gets_so_many);
  g_test_add_func ("/control-orders/diagnostics",
      test_diagnostics_come_in_order_and_were_asked_for);
  return g_test_run ();
}

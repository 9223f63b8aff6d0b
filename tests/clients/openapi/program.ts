// A customer searches, holds, books, pays, moves and cancels, with the client of @hey-api/openapi-ts.
import {
  cancelBooking,
  listSlots,
  logIn,
  placeBooking,
  placeHold,
  rescheduleBooking,
  startPayment,
} from "./client";
import { client } from "./client/client.gen";

async function story(baseUrl: string, email: string, password: string, providerId: string, from: string, to: string) {
  client.setConfig({ baseUrl, throwOnError: true });
  const throwOnError = true as const;
  const signedIn = await logIn({ body: { email, password }, throwOnError });
  client.setConfig({ auth: () => signedIn.data.accessToken });

  const search = await listSlots({ path: { providerId }, query: { from, to }, throwOnError });
  const [first, second] = search.data.slots;
  if (first === undefined || second === undefined) throw new Error("nothing is free");

  const held = await placeHold({ body: { providerId, slot: first.start }, throwOnError });
  const place = { providerId, slot: first.start, holdId: held.data.id };
  const placed = await placeBooking({ body: place, headers: { "Idempotency-Key": crypto.randomUUID() }, throwOnError });
  const path = { bookingId: placed.data.id };
  const payment = await startPayment({ body: { bookingId: placed.data.id, purpose: "deposit" }, throwOnError });
  const moved = await rescheduleBooking({ path, body: { slot: second.start }, throwOnError });
  if (moved.data.start !== second.start) throw new Error("not moved");
  const cancelled = await cancelBooking({ path, body: {}, throwOnError });
  console.log(`${payment.data.status} ${cancelled.data.status}`);
}

declare const process: { argv: string[]; exitCode: number };
const [baseUrl = "", email = "", password = "", providerId = "", from = "", to = ""] = process.argv.slice(2);
story(baseUrl, email, password, providerId, from, to).catch((wrong: unknown) => {
  console.error(wrong);
  process.exitCode = 1;
});

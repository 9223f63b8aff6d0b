// A customer books, pays, moves and cancels, with the types that openapi-typescript generates with default options.
import type { components, operations, paths } from "./api";

type Schemas = components["schemas"];

async function ask<Answer>(method: string, path: keyof paths, token: string | undefined, body?: unknown): Promise<Answer> {
  const headers: Record<string, string> = { "Content-Type": "application/json", "Idempotency-Key": crypto.randomUUID() };
  if (token !== undefined) headers.Authorization = `Bearer ${token}`;
  const answer = await fetch(path, { method, headers, body: body === undefined ? null : JSON.stringify(body) });
  if (!answer.ok) {
    const problem: Schemas["Problem"] = await answer.json();
    throw new Error(`${problem.code}: ${problem.detail}`);
  }
  return answer.json();
}

export async function story(providerId: string): Promise<string> {
  const login: Schemas["LoginBody"] = { email: "customer@example.com", password: "demo-password" };
  const { accessToken: token } = await ask<Schemas["SignedIn"]>("POST", "/api/v1/auth/login", undefined, login);

  const week: operations["listSlots"]["parameters"]["query"] = { from: "2026-11-23", to: "2026-11-30" };
  const search = `/api/v1/providers/${providerId}/slots?from=${week.from}&to=${week.to}`;
  const { slots } = await ask<Schemas["FreeSlots"]>("GET", search as keyof paths, token);
  const [first, second] = slots;
  if (first === undefined || second === undefined) throw new Error("nothing is free");

  const hold: Schemas["HoldBody"] = { providerId, slot: first.start };
  const held = await ask<Schemas["Hold"]>("POST", "/api/v1/holds", token, hold);

  const place: Schemas["PlaceBookingBody"] = { providerId, slot: first.start, holdId: held.id };
  const booking = await ask<Schemas["Booking"]>("POST", "/api/v1/bookings", token, place);

  const pay: Schemas["PayBody"] = { bookingId: booking.id, purpose: "deposit" };
  const payment = await ask<Schemas["Payment"]>("POST", "/api/v1/payments", token, pay);

  const move: Schemas["RescheduleBody"] = { slot: second.start };
  const moved = `/api/v1/bookings/${booking.id}/reschedule` as keyof paths;
  const after = await ask<Schemas["Booking"]>("POST", moved, token, move);

  const cancel: Schemas["CancelBody"] = {};
  const cancelled = await ask<Schemas["Booking"]>("POST", `/api/v1/bookings/${after.id}/cancel` as keyof paths, token, cancel);
  return `${payment.status} ${cancelled.status}`;
}

// A part of the service worker: shows what is pushed, and opens what it is about.
addEventListener("push", (event) => {
  const { id, title, body, link } = event.data.json();
  event.waitUntil(registration.showNotification(title, { body, tag: id, dir: "auto", data: link }));
});

addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(clients.openWindow(event.notification.data));
});

"""Bounces and complaints as mail servers write them, about a message that was sent."""

from email.message import Message
from typing import Any, Final

ADDRESS: Final = "bounces@mail.example.com"


def postfix(sent: "Message[Any, Any]", returned_to: str, *, status: str = "5.1.1", action: str = "failed") -> bytes:
    """Postfix: text, fields, and the headers of the message; the reference is in the address that it is sent to."""
    return f"""Return-Path: <>
X-Original-To: {returned_to}
Delivered-To: bounces@mail.example.com
Received: by mail.example.com (Postfix)
\tid 4F1B2C0A1D; Mon, 23 Nov 2026 00:00:02 +0000 (UTC)
Date: Mon, 23 Nov 2026 00:00:02 +0000 (UTC)
From: MAILER-DAEMON@mail.example.com (Mail Delivery System)
Subject: Undelivered Mail Returned to Sender
To: {returned_to}
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status;
\tboundary="8E3D1C0A1C.1700000000/mail.example.com"
Content-Transfer-Encoding: 8bit
Message-Id: <20261123000002.4F1B2C0A1D@mail.example.com>

This is a MIME-encapsulated message.

--8E3D1C0A1C.1700000000/mail.example.com
Content-Description: Notification
Content-Type: text/plain; charset=us-ascii

This is the mail system at host mail.example.com.

I'm sorry to have to inform you that your message could not
be delivered to one or more recipients. It's attached below.

<{sent["To"]}>: host mx.example.org[192.0.2.7] said: 550 {status} User unknown
    (in reply to RCPT TO command)

--8E3D1C0A1C.1700000000/mail.example.com
Content-Description: Delivery report
Content-Type: message/delivery-status

Reporting-MTA: dns; mail.example.com
X-Postfix-Queue-ID: 8E3D1C0A1C
X-Postfix-Sender: rfc822; {returned_to}
Arrival-Date: Mon, 23 Nov 2026 00:00:01 +0000 (UTC)

Final-Recipient: rfc822; {sent["To"]}
Original-Recipient: rfc822;{sent["To"]}
Action: {action}
Status: {status}
Remote-MTA: dns; mx.example.org
Diagnostic-Code: smtp; 550 {status} User unknown

--8E3D1C0A1C.1700000000/mail.example.com
Content-Description: Undelivered Message Headers
Content-Type: text/rfc822-headers
Content-Transfer-Encoding: 8bit

Return-Path: <{returned_to}>
{_headers(sent)}
--8E3D1C0A1C.1700000000/mail.example.com--
""".encode()


def exchange(sent: "Message[Any, Any]", returned_to: str, *, status: str = "5.1.10", action: str = "failed") -> bytes:
    """Exchange Online: text and HTML in an inner part, the fields, and the whole message."""
    return f"""Received: from AM0PR01MB0001.eurprd01.prod.exchangelabs.com by mail.example.com
MIME-Version: 1.0
From: <postmaster@outlook.example>
To: <{returned_to.replace("bounces+", "Bounces+")}>
Date: Mon, 23 Nov 2026 00:00:05 +0000
Content-Type: multipart/report; report-type=delivery-status;
\tboundary="aa9e8f50-5e47-4f1c-8f8e-5c0000000001"
X-MS-Exchange-Message-Is-Ndr:
Content-Language: en-US
Message-ID: <0a1b2c3d-0000-4000-8000-000000000001@AM0PR01MB0001.eurprd01.prod.exchangelabs.com>
In-Reply-To: {sent["Message-ID"]}
Subject: Undeliverable: {sent["Subject"]}
Auto-Submitted: auto-replied

--aa9e8f50-5e47-4f1c-8f8e-5c0000000001
Content-Type: multipart/alternative; differences=Content-Type;
\tboundary="b7f2d2b5-0000-4000-8000-5c0000000002"

--b7f2d2b5-0000-4000-8000-5c0000000002
Content-Type: text/plain; charset="us-ascii"
Content-Transfer-Encoding: quoted-printable

Your message couldn't be delivered. {sent["To"]} wasn't found at outlook.example=
.

--b7f2d2b5-0000-4000-8000-5c0000000002
Content-Type: text/html; charset="us-ascii"
Content-Transfer-Encoding: quoted-printable

<html><body><p>Your message couldn't be delivered.</p></body></html>

--b7f2d2b5-0000-4000-8000-5c0000000002--

--aa9e8f50-5e47-4f1c-8f8e-5c0000000001
Content-Type: message/delivery-status

Reporting-MTA: dns;AM0PR01MB0001.eurprd01.prod.exchangelabs.com
Received-From-MTA: dns;mail.example.com
Arrival-Date: Mon, 23 Nov 2026 00:00:04 +0000

Final-Recipient: rfc822;{sent["To"]}
Action: {action}
Status: {status}
Diagnostic-Code: smtp;550 {status} RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup
X-Display-Name: {sent["To"]}

--aa9e8f50-5e47-4f1c-8f8e-5c0000000001
Content-Type: message/rfc822

{_whole(sent)}
--aa9e8f50-5e47-4f1c-8f8e-5c0000000001--
""".encode()


def gmail(sent: "Message[Any, Any]", returned_to: str, *, status: str = "5.1.1", action: str = "failed") -> bytes:
    """Gmail: text, HTML and an image in inner parts, the fields, and the whole message; lines end with CR LF."""
    return f"""Return-Path: <>
Delivered-To: {returned_to}
Received: by 2002:a05:0000:0000:0000:0000:0000:0001 with SMTP id a1mr0000001wab.1.1795392006000;
        Sun, 22 Nov 2026 16:00:06 -0800 (PST)
Content-Type: multipart/report; boundary="0000000000001a2b3c0600000000"; report-type=delivery-status
To: {returned_to}
From: Mail Delivery Subsystem <mailer-daemon@googlemail.com>
Subject: Delivery Status Notification (Failure)
References: {sent["Message-ID"]}
In-Reply-To: {sent["Message-ID"]}
Message-ID: <6561a2b3.5d0a0220.00000.0001.GMR@mx.google.com>
Date: Sun, 22 Nov 2026 16:00:06 -0800 (PST)

--0000000000001a2b3c0600000000
Content-Type: multipart/related; boundary="0000000000001a2b450600000001"

--0000000000001a2b450600000001
Content-Type: multipart/alternative; boundary="0000000000001a2b4c0600000002"

--0000000000001a2b4c0600000002
Content-Type: text/plain; charset="UTF-8"

** Address not found **

Your message wasn't delivered to {sent["To"]} because the address couldn't be found.

--0000000000001a2b4c0600000002
Content-Type: text/html; charset="UTF-8"

<html><body>Address not found</body></html>

--0000000000001a2b4c0600000002--
--0000000000001a2b450600000001
Content-Type: image/png; name="icon.png"
Content-Disposition: attachment; filename="icon.png"
Content-Transfer-Encoding: base64
Content-ID: <icon.png>

iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==
--0000000000001a2b450600000001--
--0000000000001a2b3c0600000000
Content-Type: message/delivery-status

Reporting-MTA: dns; googlemail.com
Received-From-MTA: dns; booking@example.com
Arrival-Date: Sun, 22 Nov 2026 16:00:05 -0800 (PST)
X-Original-Message-ID: {sent["Message-ID"]}

Final-Recipient: rfc822; {sent["To"]}
Action: {action}
Status: {status}
Remote-MTA: dns; gmail-smtp-in.l.google.com. (2a00:1450:0000:0000:0000:0000:0000:001b, the server for the domain.)
Diagnostic-Code: smtp; 550-{status} The email account that you tried to reach does not exist.
Last-Attempt-Date: Sun, 22 Nov 2026 16:00:06 -0800 (PST)

--0000000000001a2b3c0600000000
Content-Type: message/rfc822

{_whole(sent)}
--0000000000001a2b3c0600000000--
""".replace("\n", "\r\n").encode()


def complaint(sent: "Message[Any, Any]", returned_to: str, *, feedback: str = "abuse") -> bytes:
    """A feedback loop: sent to another address, its recipient left out, with the message as it was."""
    return f"""From: <staff@hotmail.example>
Date: Mon, 23 Nov 2026 00:10:00 +0000
Subject: complaint about message from 192.0.2.1
To: <abuse@mail.example.com>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report;
\tboundary="part1_13d.2e68ed54_boundary"

--part1_13d.2e68ed54_boundary
Content-Type: text/plain; charset="US-ASCII"
Content-Transfer-Encoding: 7bit

This is an email abuse report for an email message received from IP 192.0.2.1.

--part1_13d.2e68ed54_boundary
Content-Type: message/feedback-report

Feedback-Type: {feedback}
User-Agent: SomeGenerator/1.0
Version: 1
Original-Mail-From: <{returned_to.replace("+", "+redacted-")[:20]}>
Arrival-Date: Mon, 23 Nov 2026 00:00:01 +0000
Source-IP: 192.0.2.1
Reported-Domain: example.com

--part1_13d.2e68ed54_boundary
Content-Type: message/rfc822
Content-Disposition: inline

{_whole(sent, to="redacted@example.org")}
--part1_13d.2e68ed54_boundary--
""".encode()


def internationalised(sent: "Message[Any, Any]", returned_to: str) -> bytes:
    """Fields of RFC 6533, which the standard library leaves as text."""
    report = postfix(sent, returned_to).replace(b"message/delivery-status", b"message/global-delivery-status")
    return report.replace(b"rfc822; ", b"utf-8; ")


def out_of_office(sent: "Message[Any, Any]", returned_to: str) -> bytes:
    """No report: somebody is away."""
    return f"""From: {sent["To"]}
To: {returned_to}
Subject: Out of office: {sent["Subject"]}
Auto-Submitted: auto-replied
Content-Type: text/plain; charset=utf-8

I am away until Monday. Status: 5.1.1
""".encode()


def _headers(sent: "Message[Any, Any]") -> str:
    return "".join(f"{name}: {value}\n" for name, value in sent.items())


def _whole(sent: "Message[Any, Any]", *, to: str = "") -> str:
    text = sent.as_string().replace("\r\n", "\n")
    return text.replace(str(sent["To"]), to) if to else text

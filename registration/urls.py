"""The addresses of this storey: `public` lie below an edition, `personal` open by a secret or a sign-in."""

from __future__ import annotations

from typing import Any

from django.urls import path

from registration.views import (
    changes,
    delegation,
    guests,
    invoices,
    links,
    my_orders,
    notices,
    offers,
    orders,
    payments,
    questions,
    register,
    tickets,
    waiting,
)

TICKET = "orders/<slug:code>/<slug:secret>/tickets/<int:number>/"  # one ticket of an order

public: list[Any] = [
    path("register/", register.register, name="register"),
    path("register/delegation/", delegation.delegation, name="register-delegation"),
    path("register/delegation/people.csv", delegation.sheet, name="delegation-sheet"),
    path("register/waiting/", waiting.waiting, name="waiting"),
    path("register/waiting/joined/", waiting.joined, name="waiting-joined"),
]
personal: list[Any] = [
    path("orders/<slug:code>/<slug:secret>/", orders.order, name="order"),
    path("orders/<slug:code>/<slug:secret>/email/", orders.email, name="order-email"),
    path("orders/<slug:code>/<slug:secret>/cancellation/", orders.cancellation, name="order-cancellation"),
    path("orders/<slug:code>/<slug:secret>/new-link/", links.order_link, name="order-new-link"),
    path("orders/<slug:code>/<slug:secret>/people/", delegation.people, name="order-people"),
    path("orders/<slug:code>/<slug:secret>/payment/", payments.payment, name="order-payment"),
    path("orders/<slug:code>/<slug:secret>/invoice-details/", invoices.details, name="order-invoice-details"),
    path("orders/<slug:code>/<slug:secret>/invoices/<slug:number>/", invoices.invoice, name="order-invoice"),
    path(f"{TICKET}correction/", changes.correction, name="order-correction"),
    path(f"{TICKET}email/", changes.attendee_email, name="order-attendee-email"),
    path(f"{TICKET}replacement/", changes.replacement, name="order-replacement"),
    path(f"{TICKET}type/", changes.ticket_type, name="order-ticket-type"),
    path(f"{TICKET}type/withdrawal/", changes.withdrawal, name="order-ticket-type-withdrawal"),
    path(f"{TICKET}cancellation/", orders.ticket_cancellation, name="order-ticket-cancellation"),
    path("payments/<slug:secret>/", payments.payment_return, name="payment-return"),
    path("register/guest/<slug:secret>/", guests.guest, name="guest"),
    path("register/guest/<slug:secret>/regrets/", guests.regrets, name="guest-regrets"),
    path("tickets/<slug:secret>/", tickets.ticket, name="ticket"),
    path("tickets/<slug:secret>/correction/", changes.own_correction, name="ticket-correction"),
    path("tickets/<slug:secret>/new-link/", links.ticket_link, name="ticket-new-link"),
    path("tickets/<slug:secret>/badge/", tickets.badge, name="ticket-badge"),
    path("tickets/<slug:secret>/questions/", questions.questions, name="ticket-questions"),
    path("tickets/<slug:secret>/calendar.ics", tickets.calendar, name="ticket-calendar"),
    path("waiting/<slug:secret>/", waiting.entry, name="waiting-entry"),
    path("waiting/<slug:secret>/leaving/", waiting.leaving, name="waiting-leaving"),
    path("offers/<slug:secret>/", offers.offer, name="place-offer"),
    path("my-orders/", my_orders.my_orders, name="my-orders"),
    path("lost-link/", my_orders.lost_link, name="lost-link"),
    path("lost-link/sent/", my_orders.lost_link_sent, name="lost-link-sent"),
    path("lost-link/replaced/", links.new_link_sent, name="new-link-sent"),
]
machine: list[Any] = [
    path("payments/stripe/notices/", notices.stripe_notices, name="stripe-notices"),
]

"""The sums of money of all orders of an edition, as the database adds them up, for every page that says one.

What `Order.total`, `received`, `refunded` and `balance` say of one order, said of ten thousand; a test holds both
against each other. Plain SQL, since Django cannot add up what a window function says; PostgreSQL and SQLite both take
it. The one parameter is the edition's key.
"""

from __future__ import annotations

_OF_EDITION = "WHERE e.id = %s"
ACCOUNTS = """
WITH here AS (
    SELECT o.id, o.code, o.kept, e.currency
    FROM registration_order o JOIN forum_edition e ON e.id = o.edition_id
    WHERE e.id = %s
), came AS (
    SELECT p.order_id, CAST(SUM(p.amount) AS BIGINT) AS received
    FROM registration_payment p JOIN here ON here.id = p.order_id AND here.currency = p.currency
    GROUP BY p.order_id
), went AS (
    SELECT p.order_id, r.ticket_id, CAST(SUM(r.amount) AS BIGINT) AS refunded
    FROM (
        SELECT payment_id, ticket_id, amount FROM registration_refund WHERE status <> 'failed' OR is_unsure
        UNION ALL
        SELECT payment_id, NULL, amount FROM registration_dispute WHERE status = 'lost'
    ) r
    JOIN registration_payment p ON p.id = r.payment_id
    JOIN here ON here.id = p.order_id AND here.currency = p.currency
    GROUP BY p.order_id, r.ticket_id
), back AS (
    SELECT order_id, CAST(SUM(refunded) AS BIGINT) AS refunded,
        CAST(SUM(CASE WHEN ticket_id IS NULL THEN refunded ELSE 0 END) AS BIGINT) AS of_no_ticket
    FROM went GROUP BY order_id
), cost AS (
    SELECT t.order_id,
        SUM(CASE WHEN t.status IN ('requested', 'reserved', 'confirmed') THEN t.price ELSE 0 END)
            + SUM(COALESCE(c.price - c.from_price, 0)) AS live,
        SUM(CASE WHEN t.status IN ('reserved', 'confirmed') THEN t.price ELSE 0 END)
            + SUM(COALESCE(c.price - c.from_price, 0)) AS held,
        SUM(CASE WHEN t.status = 'confirmed' THEN t.price ELSE 0 END) AS confirmed,
        SUM(CASE WHEN t.status = 'reserved' AND t.price > 0 THEN 1 ELSE 0 END) AS waiting
    FROM registration_ticket t JOIN here ON here.id = t.order_id
    LEFT JOIN registration_typechange c ON c.ticket_id = t.id AND c.status = 'waiting' AND t.status = 'confirmed'
    GROUP BY t.order_id
), account AS (
    SELECT here.id, here.code, here.kept,
        COALESCE(cost.live, 0) AS live, COALESCE(cost.held, 0) AS held,
        COALESCE(cost.confirmed, 0) AS confirmed, COALESCE(cost.waiting, 0) AS waiting,
        COALESCE(came.received, 0) - COALESCE(back.refunded, 0) AS paid,
        COALESCE(back.of_no_ticket, 0) AS of_no_ticket
    FROM here
    LEFT JOIN came ON came.order_id = here.id
    LEFT JOIN back ON back.order_id = here.id
    LEFT JOIN cost ON cost.order_id = here.id
)"""

# `free` is what an order's live tickets share, the first one first, those that are only requested after the others;
# the rest is borne by the ticket with `turn` 1.
# Those that are not live come first in the windows, and cost nothing there, so that one sorting does for both.
_SHARES = """, piece AS (
    SELECT a.id, a.paid - a.kept AS free, a.live AS all_live, a.kept, a.of_no_ticket, t.id AS ticket_id,
        t.ticket_type_id AS type_id, COALESCE(g.shown_as_id, g.id) AS shown_group_id,
        CASE WHEN t.status IN ('requested', 'reserved', 'confirmed') THEN 1 ELSE 0 END AS is_live,
        CASE WHEN t.status = 'requested' THEN 1 ELSE 0 END AS is_requested,
        CASE WHEN t.status IN ('requested', 'reserved', 'confirmed') THEN t.price ELSE 0 END
            + COALESCE(c.price - c.from_price, 0) AS price
    FROM account a
    LEFT JOIN registration_ticket t ON t.order_id = a.id
    LEFT JOIN registration_typechange c ON c.ticket_id = t.id AND c.status = 'waiting' AND t.status = 'confirmed'
    LEFT JOIN forum_stakeholdergroup g ON g.id = t.group_id
), share AS (
    SELECT piece.*,
        SUM(price) OVER (
            PARTITION BY id ORDER BY is_live, is_requested, ticket_id ROWS UNBOUNDED PRECEDING
        ) - price AS ahead,
        ROW_NUMBER() OVER (PARTITION BY id ORDER BY is_live, is_requested, ticket_id) AS turn
    FROM piece
), lack AS (
    SELECT share.*,
        price - CASE WHEN free <= ahead THEN 0 WHEN free - ahead >= price THEN price ELSE free - ahead END AS lacking
    FROM share
)
SELECT type_id, shown_group_id, SUM(is_live), SUM(price),
    SUM(
        CASE WHEN is_requested = 1 THEN 0 ELSE lacking END
        + CASE WHEN turn = 1 AND free < 0 THEN -free ELSE 0 END
    ),
    SUM(CASE WHEN is_requested = 1 THEN lacking ELSE 0 END),
    SUM(CASE WHEN turn = 1 AND free > all_live THEN free - all_live ELSE 0 END),
    SUM(CASE WHEN turn = 1 THEN kept ELSE 0 END),
    SUM(COALESCE(went.refunded, 0) + CASE WHEN turn = 1 THEN of_no_ticket ELSE 0 END)
FROM lack LEFT JOIN went ON went.ticket_id = lack.ticket_id
GROUP BY type_id, shown_group_id"""
SHARES = ACCOUNTS + _SHARES

OF_ORDERS = ACCOUNTS + " SELECT id FROM account WHERE "  # noqa: S608 - no value of anybody in it
MISPLACED = """
WITH here AS (
    SELECT t.id, t.ticket_type_id, COALESCE(g.shown_as_id, g.id) AS shown_group_id,
        CASE WHEN t.status IN ('reserved', 'confirmed') THEN 1 ELSE 0 END AS holds
    FROM registration_ticket t
    JOIN registration_order o ON o.id = t.order_id
    JOIN forum_stakeholdergroup g ON g.id = t.group_id
    WHERE o.edition_id = %s
), wanting AS (
    SELECT id, ticket_type_id, shown_group_id FROM here WHERE holds = 1
    UNION
    SELECT here.id, c.to_type_id, here.shown_group_id
    FROM here JOIN registration_typechange c ON c.ticket_id = here.id AND c.status = 'waiting'
    WHERE here.holds = 1
), called_for AS (
    SELECT DISTINCT wanting.id, q.quota_id
    FROM wanting
    JOIN registration_quota_ticket_types q ON q.tickettype_id = wanting.ticket_type_id
    JOIN registration_quota k ON k.id = q.quota_id
    LEFT JOIN registration_quota_groups n
        ON n.quota_id = q.quota_id AND n.stakeholdergroup_id = wanting.shown_group_id
    WHERE k.counts = 'everybody'
        OR (k.counts = 'only' AND n.id IS NOT NULL)
        OR (k.counts = 'others' AND n.id IS NULL)
), wanted AS (
    SELECT id, COUNT(*) AS number FROM called_for GROUP BY id
), held AS (
    SELECT here.id, COUNT(*) AS number, COUNT(q.id) AS fitting
    FROM here
    JOIN registration_place p ON p.ticket_id = here.id
    LEFT JOIN called_for q ON q.id = here.id AND q.quota_id = p.quota_id
    GROUP BY here.id
)
SELECT here.id FROM here
LEFT JOIN wanted ON wanted.id = here.id
LEFT JOIN held ON held.id = here.id
WHERE COALESCE(held.fitting, 0) <> COALESCE(wanted.number, 0)
    OR COALESCE(held.number, 0) <> COALESCE(held.fitting, 0)"""

OWING = OF_ORDERS + "held + kept > paid"
OVERPAID = OF_ORDERS + "live + kept < paid"
OVERPAID_ANYWHERE = OVERPAID.replace(_OF_EDITION, "")
KEPT = OF_ORDERS + "kept > 0"
UNBALANCED = OF_ORDERS + "(held + kept > paid OR live + kept < paid)"
DISAGREEING = (
    ACCOUNTS
    + """
SELECT id, code, live, confirmed, kept, paid FROM account
WHERE confirmed + kept > paid OR live + kept < paid OR (held + kept <= paid AND waiting > 0)
ORDER BY id"""
)

"""The two questions about clicks that attribution asks for a batch (selectors.evidence)."""

from __future__ import annotations

# The clicks with these ids, each on the day that its id says. Flags of one that the brand vouches
# for say nothing.
CLICKS_SQL = """
SELECT c.click_id, c.at, c.participation_id, c.brand_id, c.visitor,
       CASE WHEN k.id IS NULL THEN c.flags ELSE 0 END
  FROM unnest(%s::uuid[], %s::timestamptz[], %s::timestamptz[]) AS w (id, since, until)
  JOIN attribution_click c ON c.click_id = w.id AND c.at BETWEEN w.since AND w.until
  LEFT JOIN attribution_clickword k ON k.click_id = c.click_id
 WHERE c.at BETWEEN %s AND %s
"""

# The visitors' clicks are read once, day by day of the partitions, and then given to whoever asks.
OTHERS_SQL = """
WITH theirs AS MATERIALIZED (
    SELECT c.click_id, c.at, c.participation_id, c.brand_id, c.visitor,
           CASE WHEN k.id IS NULL THEN c.flags ELSE 0 END AS flags
      FROM attribution_click c LEFT JOIN attribution_clickword k ON k.click_id = c.click_id
     WHERE c.visitor = ANY (%s::uuid[]) AND c.at BETWEEN %s AND %s
), ranked AS (
    SELECT w.n, t.*,
           row_number() OVER (PARTITION BY w.n ORDER BY t.at DESC, t.click_id DESC) AS place
      FROM unnest(%s::int[], %s::uuid[], %s::uuid[], %s::bigint[],
                  %s::timestamptz[], %s::timestamptz[])
           AS w (n, click_id, visitor, brand_id, since, until)
      JOIN theirs t ON t.visitor = w.visitor AND t.brand_id = w.brand_id
                   AND t.at BETWEEN w.since AND w.until AND t.click_id <> w.click_id
)
SELECT n, click_id, at, participation_id, brand_id, visitor, flags
  FROM ranked WHERE place <= %s ORDER BY n, place
"""

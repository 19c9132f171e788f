"""The views that readers get beside the tables, each defined once, in Spark SQL."""

VIEWS = {
    # silver.events with today's person, stitched backwards: what an analyst opens first
    "gold.events": """
        select e.*, m.person_id
        from silver.events e
        left join silver.identity_map m on m.identifier_id = e.subject_id and m.valid_until is null
    """,
    # people inside each segment at each publication
    "gold.segment_sizes": """
        select p.as_of, m.segment, count(*) as people
        from (
            select distinct as_of from ops.runs
            where stage = 'run' and array_contains(map_keys(versions_written), 'gold.segment_membership')
        ) p
        join gold.segment_membership m on m.entered_at <= p.as_of and (m.left_at is null or m.left_at > p.as_of)
        group by p.as_of, m.segment
    """,
}

select event_type, count(*), count(distinct event_id), sum(value), min(event_date), max(event_date) from silver.events group by 1 order by 1

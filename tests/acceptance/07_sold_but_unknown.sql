select count(distinct e.item_id) from silver.events e left join silver.items i on i.item_id = e.item_id where e.event_type = 'purchase' and i.item_id is null

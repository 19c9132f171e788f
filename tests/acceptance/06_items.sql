select count(*), sum(case when category is null then 1 else 0 end), sum(case when array_contains(flags, 'has_category') then 1 else 0 end) from silver.items

select count(*), count(distinct person_id), count(age_band), sum(baskets) from gold.profiles

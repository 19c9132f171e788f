select count(*), count(distinct as_of) from gold.features

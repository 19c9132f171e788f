select count(*), count(difference) from gold.experiments

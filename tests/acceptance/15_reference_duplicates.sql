select source, sum(rows_accepted), sum(rows_duplicate) from bronze.files where state = 'taken' and source in ('coupons', 'promotions') group by 1 order by 1

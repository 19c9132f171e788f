select count(*) from bronze.rejected

select sum(promotion_lines_ever), sum(display_lines_ever), count(promotion_share_90d) from gold.features where as_of = (select max(as_of) from gold.features)

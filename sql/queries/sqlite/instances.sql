-- Which instances are alive? Each says so at least every few seconds, until it stops.

select id, host, slots, seen_at, stopped_at
from instances
order by seen_at desc
limit 10;

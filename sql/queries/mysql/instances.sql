-- Which instances are alive, and how many sessions may each run (empty: no limit)? Each says so at least every few seconds, until it stops.

select id, host, slots, max_sessions, seen_at, stopped_at
from instances
order by seen_at desc
limit 10;

-- How often did unique_active_phone_workspace refuse a row in the last hour, and did a person see it?
-- Counted from the refusals themselves: the index lets no row in that could be found afterwards. `surfaced` has to be 0.

select outcomes.outcome, count(v.id) as violations, max(v.at) as last_at
from (select 'resolved' as outcome union all select 'surfaced') as outcomes
left join constraint_violations as v
  on v.outcome = outcomes.outcome and v.at > (julianday('now') - 2440587.5) * 86400000 - 3600000
group by outcomes.outcome
order by outcomes.outcome;

-- What happened last to accounts, by whom and under which fencing token?

select
  transitions.at,
  transitions.workspace_id,
  transitions.account_id,
  transitions.from_status,
  transitions.to_status,
  transitions.cause,
  transitions.library,
  transitions.instance_id,
  transitions.lease_token
from account_history as transitions
order by transitions.seq desc
limit 50;

-- Which deliveries wait, how often were they tried, how did the last attempt end, and when is the next one? The oldest first, at most 1000.

select
  webhooks.workspace_id, deliveries.webhook_id, deliveries.id as delivery_id, deliveries.attempts,
  deliveries.last_result, deliveries.created_at, deliveries.last_attempt_at, deliveries.next_attempt_at
from webhook_deliveries as deliveries
join webhooks on webhooks.id = deliveries.webhook_id
where deliveries.state = 'pending' and webhooks.deleted_at is null
order by deliveries.created_at, deliveries.id
limit 1000;

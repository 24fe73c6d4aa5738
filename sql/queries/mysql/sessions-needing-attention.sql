-- Which sessions of all workspaces wait for a person? Each failed three times in ten minutes, the last time with this code, and
-- stays stopped until a restoration is requested: POST /v1/workspaces/WORKSPACE_ID/accounts/ACCOUNT_ID/restore.

select workspace_id, account_id, attention_code, attention_at
from sessions
where attention_at is not null and wanted = 1
order by attention_at desc;

-- Which sessions of all workspaces need a person? Each failed three times in ten minutes with this code, and stays stopped until a
-- restoration is requested (`wwebjs-canary restore --all`); where is_retried is 1 it is started meanwhile: its proxy refuses, or it tries out
-- whether a fault that many share is over.

select workspace_id, account_id, attention_code, attention_at, attention_retried as is_retried
from sessions
where attention_at is not null and wanted = 1
order by attention_at desc;

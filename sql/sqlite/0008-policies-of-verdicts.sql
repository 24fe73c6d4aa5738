-- Why: a verdict by another policy, or on the live site, must not be exported as the verdict that a release waits for.
-- Locks: the file is locked for writing while the rows are read once, a second for some ten thousand verdicts.

alter table verdicts add column policy_sha256 text not null default '';

update verdicts
set policy_sha256 = json_extract(record, '$.policy.sha256'),
  narrowed = narrowed or record like '%"target":"live"%';

-- The newest verdict of each pair is found without a look at the records.
create index verdicts_by_policy on verdicts (policy_sha256, narrowed, baseline, candidate, id);

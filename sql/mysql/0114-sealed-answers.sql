-- Why: answers to writes are kept sealed from now on, under the hash of their idempotency key; those in clear text show secrets.
-- Locks: the rows it deletes; they are a day old at most.

delete from idempotency_keys;

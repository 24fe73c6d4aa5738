-- Why: a scan with another phone than the requested one linked that phone. The requested number is kept apart from
-- the one that the account holds, which may change later when its phone does.
-- Locks: adds a nullable last column, which servers since MySQL 8.0.12 and MariaDB 10.3 do without copying rows: a metadata lock for a
-- few milliseconds; then writes the few rows of links that wait for their scan.

-- MySQL knows no "add column if not exists", and this file can be run again after it stopped half-way.
-- asked_phone: digits of the number that the link names; null without one, and once the phone has reported its own.
set @add_asked_phone = if(
  (select count(*) from information_schema.columns
    where table_schema = database() and table_name = 'whatsapp_accounts' and column_name = 'asked_phone') = 0,
  'alter table whatsapp_accounts add column asked_phone varchar(15) null',
  'do 0');
prepare add_asked_phone from @add_asked_phone;
execute add_asked_phone;
deallocate prepare add_asked_phone;

update whatsapp_accounts set asked_phone = phone where status = 'qr_scanning' and asked_phone is null;

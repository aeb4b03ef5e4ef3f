/**
 * A plain ledger: balances, transfers by the id of their sender, two journal rows each. One call
 * takes many transfers and is one transaction; each of them is accepted or refused by itself.
 *
 * A source must cover what it had asked of it so far in the call, refused or not: what comes in
 * during the call does not count. An id that is known gives its first outcome.
 */
export const BASELINE_SCHEMA = `
create table balances (
  account bigint not null,
  asset integer not null,
  available bigint not null check (available >= 0),
  primary key (account, asset)
);
create table transfers (
  id uuid primary key,
  source bigint not null,
  target bigint not null,
  asset integer not null,
  amount bigint not null check (amount > 0),
  accepted boolean not null
);
create table journal (
  transfer uuid not null,
  account bigint not null,
  asset integer not null,
  amount bigint not null
);
create function transfer(
  ids uuid[], sources bigint[], targets bigint[], assets integer[], amounts bigint[]
) returns table (id uuid, accepted boolean) language plpgsql
-- plans are made while the tables are small, and would read the whole of them for ever
set enable_seqscan = off as $$
#variable_conflict use_column
begin
  -- in one order, so that two calls wait for each other and never both
  perform 1 from balances b
    where (b.account, b.asset) in (
      select * from unnest(sources, assets) union select * from unnest(targets, assets))
    order by b.account, b.asset for update;
  return query
  with asked as (
    select * from unnest(ids, sources, targets, assets, amounts)
      with ordinality as a(id, source, target, asset, amount, place)
  ), judged as (
    select a.*, t.account is not null and coalesce(b.available, 0)
        >= sum(a.amount) over (partition by a.source, a.asset order by a.place) as accepted
      from asked a
      left join balances b on b.account = a.source and b.asset = a.asset
      left join balances t on t.account = a.target and t.asset = a.asset
      where not exists (select 1 from transfers t where t.id = a.id)
  ), noted as (
    insert into transfers as t
      select j.id, j.source, j.target, j.asset, j.amount, j.accepted from judged j
      on conflict do nothing
      returning t.*
  ), legs as (
    select n.id, n.source as account, n.asset, -n.amount as amount from noted n where n.accepted
    union all
    select n.id, n.target, n.asset, n.amount from noted n where n.accepted
  ), written as (
    insert into journal select * from legs
  ), moved as (
    update balances b set available = b.available + m.amount
      from (select l.account, l.asset, sum(l.amount)::bigint as amount
        from legs l group by l.account, l.asset) m
      where b.account = m.account and b.asset = m.asset
  )
  select n.id, n.accepted from noted n
  union all
  -- what stood there before this call
  select t.id, t.accepted from asked a join transfers t on t.id = a.id;
end $$;
`;

/** Arrays of ids, sources, targets, assets and amounts, as long as each other. */
export const TRANSFER =
  'select * from transfer($1::uuid[], $2::bigint[], $3::bigint[], $4::integer[], $5::bigint[])';

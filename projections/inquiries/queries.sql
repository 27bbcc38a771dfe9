-- name: inquiries
select * from {inquiries} where kind = %(kind)s::text order by opened_at desc, inquiry

-- name: inquiry
select * from {inquiries} where inquiry = %(inquiry)s and kind = %(kind)s::text

-- name: needs
select need.*
  from {inquiry_needs} as need join {inquiries} as inquiry using (inquiry)
 where need.inquiry = %(inquiry)s and inquiry.kind = %(kind)s::text
 order by need.expressed_on, need.need

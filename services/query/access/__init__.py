"""Who a visitor of the pages is: sessions, sign-in by signed link, links that grant one shipment."""

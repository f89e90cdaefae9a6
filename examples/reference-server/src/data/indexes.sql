-- Created after the rows, since building an index once is faster than updating it for each row.
CREATE INDEX products_by_category ON products (category_id);
CREATE INDEX products_by_supplier ON products (supplier_id);
CREATE INDEX price_changes_by_product ON price_changes (product_id, changed_on);
CREATE INDEX inventory_by_warehouse ON inventory (warehouse_id);
CREATE INDEX employees_by_department ON employees (department);
CREATE INDEX customers_by_email ON customers (email);
CREATE INDEX customers_by_city ON customers (country, city);
CREATE INDEX orders_by_customer ON orders (customer_id, ordered_at);
CREATE INDEX orders_by_date ON orders (ordered_at);
CREATE INDEX order_items_by_product ON order_items (product_id);
CREATE INDEX payments_by_order ON payments (order_id);
CREATE INDEX shipments_by_order ON shipments (order_id);
CREATE INDEX returns_by_item ON returns (order_id, line);
CREATE INDEX tickets_by_customer ON tickets (customer_id);
CREATE INDEX tickets_by_order ON tickets (order_id);
CREATE INDEX tickets_by_status ON tickets (status, priority);
CREATE INDEX documents_by_collection ON documents (collection);
CREATE INDEX document_chunks_by_document ON document_chunks (document_id);

-- The shop. Money is INTEGER cents, so that sums are exact: SQLite has no decimal type.
-- Rates and fees with more digits than cents are decimal TEXT, since REAL would round them.
CREATE TABLE categories (
    id INTEGER PRIMARY KEY,
    parent_id INTEGER REFERENCES categories (id),
    name TEXT NOT NULL,
    slug TEXT NOT NULL UNIQUE,
    vat_rate TEXT NOT NULL
) STRICT;

CREATE TABLE suppliers (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    contact_name TEXT NOT NULL,
    email TEXT NOT NULL,
    phone TEXT NOT NULL,
    address TEXT NOT NULL,
    city TEXT NOT NULL,
    country TEXT NOT NULL,
    tax_id TEXT NOT NULL,
    iban TEXT NOT NULL,
    payment_terms_days INTEGER NOT NULL,
    rating REAL,
    since TEXT NOT NULL
) STRICT;

CREATE TABLE warehouses (
    id INTEGER PRIMARY KEY,
    code TEXT NOT NULL UNIQUE,
    city TEXT NOT NULL,
    country TEXT NOT NULL,
    capacity_pallets INTEGER NOT NULL
) STRICT;

CREATE TABLE employees (
    id INTEGER PRIMARY KEY,
    first_name TEXT NOT NULL,
    last_name TEXT NOT NULL,
    email TEXT NOT NULL UNIQUE,
    phone TEXT NOT NULL,
    department TEXT NOT NULL,
    job_title TEXT NOT NULL,
    manager_id INTEGER REFERENCES employees (id),
    hired_on TEXT NOT NULL,
    left_on TEXT,
    birth_date TEXT NOT NULL,
    address TEXT NOT NULL,
    city TEXT NOT NULL,
    salary_cents INTEGER NOT NULL,
    tax_id TEXT NOT NULL,
    iban TEXT NOT NULL
) STRICT;

CREATE TABLE products (
    id INTEGER PRIMARY KEY,
    sku TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    category_id INTEGER NOT NULL REFERENCES categories (id),
    supplier_id INTEGER NOT NULL REFERENCES suppliers (id),
    price_cents INTEGER NOT NULL,
    cost_cents INTEGER NOT NULL,
    weight_grams INTEGER NOT NULL,
    description TEXT NOT NULL,
    attributes TEXT NOT NULL,
    gtin INTEGER NOT NULL,
    introduced_on TEXT NOT NULL,
    discontinued_on TEXT,
    label_digest BLOB NOT NULL
) STRICT;

CREATE TABLE price_changes (
    id INTEGER PRIMARY KEY,
    product_id INTEGER NOT NULL REFERENCES products (id),
    changed_on TEXT NOT NULL,
    old_price_cents INTEGER NOT NULL,
    new_price_cents INTEGER NOT NULL,
    employee_id INTEGER NOT NULL REFERENCES employees (id),
    reason TEXT NOT NULL
) STRICT;

CREATE TABLE inventory (
    product_id INTEGER NOT NULL REFERENCES products (id),
    warehouse_id INTEGER NOT NULL REFERENCES warehouses (id),
    on_hand INTEGER NOT NULL,
    reserved INTEGER NOT NULL,
    reorder_point INTEGER NOT NULL,
    counted_on TEXT NOT NULL,
    PRIMARY KEY (product_id, warehouse_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE customers (
    id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    company TEXT,
    first_name TEXT NOT NULL,
    last_name TEXT NOT NULL,
    email TEXT NOT NULL,
    phone TEXT NOT NULL,
    address TEXT NOT NULL,
    postal_code TEXT NOT NULL,
    city TEXT NOT NULL,
    country TEXT NOT NULL,
    tax_id TEXT,
    iban TEXT,
    birth_date TEXT,
    loyalty_tier TEXT NOT NULL,
    credit_limit_cents INTEGER NOT NULL,
    marketing_consent INTEGER NOT NULL,
    created_at TEXT NOT NULL,
    note TEXT
) STRICT;

CREATE TABLE orders (
    id INTEGER PRIMARY KEY,
    number TEXT NOT NULL UNIQUE,
    customer_id INTEGER NOT NULL REFERENCES customers (id),
    employee_id INTEGER REFERENCES employees (id),
    warehouse_id INTEGER NOT NULL REFERENCES warehouses (id),
    channel TEXT NOT NULL,
    status TEXT NOT NULL,
    currency TEXT NOT NULL,
    exchange_rate TEXT NOT NULL,
    total_cents INTEGER NOT NULL,
    shipping_cents INTEGER NOT NULL,
    ordered_at TEXT NOT NULL,
    ledger_id INTEGER NOT NULL UNIQUE
) STRICT;

CREATE TABLE order_items (
    order_id INTEGER NOT NULL REFERENCES orders (id),
    line INTEGER NOT NULL,
    product_id INTEGER NOT NULL REFERENCES products (id),
    quantity INTEGER NOT NULL,
    unit_price_cents INTEGER NOT NULL,
    discount_percent TEXT NOT NULL,
    line_total_cents INTEGER NOT NULL,
    PRIMARY KEY (order_id, line)
) STRICT, WITHOUT ROWID;

CREATE TABLE payments (
    id INTEGER PRIMARY KEY,
    order_id INTEGER NOT NULL REFERENCES orders (id),
    method TEXT NOT NULL,
    status TEXT NOT NULL,
    amount_cents INTEGER NOT NULL,
    fee TEXT NOT NULL,
    card_last4 TEXT,
    payer_iban TEXT,
    paid_at TEXT,
    ledger_entry_id INTEGER NOT NULL UNIQUE
) STRICT;

CREATE TABLE shipments (
    id INTEGER PRIMARY KEY,
    order_id INTEGER NOT NULL REFERENCES orders (id),
    warehouse_id INTEGER NOT NULL REFERENCES warehouses (id),
    carrier TEXT NOT NULL,
    tracking_number TEXT NOT NULL UNIQUE,
    weight_grams INTEGER NOT NULL,
    cost_cents INTEGER NOT NULL,
    shipped_at TEXT NOT NULL,
    delivered_at TEXT
) STRICT;

CREATE TABLE returns (
    id INTEGER PRIMARY KEY,
    order_id INTEGER NOT NULL,
    line INTEGER NOT NULL,
    quantity INTEGER NOT NULL,
    reason TEXT NOT NULL,
    refund_cents INTEGER NOT NULL,
    received_on TEXT NOT NULL,
    restocked INTEGER NOT NULL,
    FOREIGN KEY (order_id, line) REFERENCES order_items (order_id, line)
) STRICT;

CREATE TABLE tickets (
    id INTEGER PRIMARY KEY,
    customer_id INTEGER NOT NULL REFERENCES customers (id),
    order_id INTEGER REFERENCES orders (id),
    employee_id INTEGER REFERENCES employees (id),
    channel TEXT NOT NULL,
    priority TEXT NOT NULL,
    status TEXT NOT NULL,
    subject TEXT NOT NULL,
    body TEXT NOT NULL,
    opened_at TEXT NOT NULL,
    closed_at TEXT,
    satisfaction INTEGER
) STRICT;

-- The documents. Versions are immutable but can be deleted. The index covers the latest version of each document.
CREATE TABLE documents (
    id INTEGER PRIMARY KEY,
    path TEXT NOT NULL UNIQUE,
    collection TEXT NOT NULL,
    title TEXT NOT NULL,
    format TEXT NOT NULL CHECK (format IN ('markdown', 'html')),
    latest_version INTEGER NOT NULL,
    updated_at TEXT NOT NULL
) STRICT;

CREATE TABLE document_versions (
    document_id INTEGER NOT NULL REFERENCES documents (id),
    version INTEGER NOT NULL,
    title TEXT NOT NULL,
    author TEXT NOT NULL,
    message TEXT NOT NULL,
    created_at TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (document_id, version)
) STRICT;

CREATE TABLE document_chunks (
    id INTEGER PRIMARY KEY,
    document_id INTEGER NOT NULL REFERENCES documents (id),
    section TEXT NOT NULL,
    -- All headings that lead to the section. The index contains only the last one, so that a section does not match the
    -- headings above it.
    path TEXT NOT NULL,
    title TEXT NOT NULL,
    heading TEXT NOT NULL,
    body TEXT NOT NULL
) STRICT;

CREATE VIRTUAL TABLE document_index USING fts5 (
    title, heading, body,
    content = 'document_chunks', content_rowid = 'id',
    tokenize = "porter unicode61 remove_diacritics 2"
);

-- Descriptions of the tables and columns.
CREATE TABLE catalog_tables (
    name TEXT PRIMARY KEY,
    position INTEGER NOT NULL,
    description TEXT NOT NULL,
    row_count INTEGER NOT NULL
) STRICT;

CREATE TABLE catalog_columns (
    table_name TEXT NOT NULL REFERENCES catalog_tables (name),
    name TEXT NOT NULL,
    type TEXT NOT NULL,
    personal INTEGER NOT NULL,
    description TEXT NOT NULL,
    PRIMARY KEY (table_name, name)
) STRICT;

-- The digest is written last: a file without it is unfinished.
CREATE TABLE northlight (
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT;

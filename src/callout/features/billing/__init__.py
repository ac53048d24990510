"""Business information, invoices, credit notes, numbering, money, tax, documents."""

// The ledger's schema: the text of ledger.sql, embedded when the program is built.
#pragma once

namespace lightfast::ingest {

extern const char* const ledger_sql;

}  // namespace lightfast::ingest

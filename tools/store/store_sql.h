// The store's schema: the texts of the .sql files beside this, embedded when the program is built.
#pragma once

namespace lightfast::store {

extern const char* const schema_sql;       // all of an empty store
extern const char* const projections_sql;  // what follows from the log alone
extern const char* const upgrade_1_sql;    // of a store of version 1, all but projections_sql
extern const char* const payloads_sql;     // of a store of version 2, all

}  // namespace lightfast::store

#include <string>
#include <string_view>
#include <vector>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "auth/jwt.h"
#include "auth_signing.h"
#include "base/base64.h"

namespace lightfast::auth {
namespace {

using test::issuer_keys;
using test::kAudience;
using test::key_for;
using test::kNow;
using test::parsed;

TEST_CASE("the signatures that RFCs publish are good", "[jwt]") {
  struct Case {
    std::string name, jwk, token;
  };
  const auto one = GENERATE(values<Case>({
      {"RFC 7515, A.2",
       R"({"kty":"RSA","e":"AQAB","n":"ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddx)"
       "HmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9"
       "wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-"
       "UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZ"
       "lxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_"
       "h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4"
       R"(FRWyuXpoQ"})",
       "eyJhbGciOiJSUzI1NiJ9."
       "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnV"
       "l"
       "fQ."
       "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_"
       "O8W2Fp5"
       "jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_"
       "nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb"
       "1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-"
       "eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QO"
       "YEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw"},
      {"RFC 7515, A.3",
       R"({"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",)"
       R"("y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"})",
       "eyJhbGciOiJFUzI1NiJ9."
       "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnV"
       "l"
       "fQ."
       "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q"},
      {"RFC 8037, A.4",
       R"({"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"})",
       "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc."
       "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg"},
  }));
  INFO(one.name);
  const auto keys = parsed({{"keys", {Json::parse(one.jwk)}}});
  REQUIRE(keys.size() == 1);
  const auto first = one.token.find('.');
  const auto second = one.token.rfind('.');
  const auto header = Json::parse(base64url_decoded(one.token.substr(0, first)).value());
  const auto* algorithm = find_algorithm(header["alg"].get<std::string>());
  REQUIRE(algorithm != nullptr);
  const auto candidates = keys.candidates(*algorithm, "");
  REQUIRE(candidates.size() == 1);
  const auto message = one.token.substr(0, second);
  const auto signature = base64url_decoded(one.token.substr(second + 1)).value();
  CHECK(is_signed(message, signature, *algorithm, candidates[0]->key));
  CHECK_FALSE(is_signed(message + "A", signature, *algorithm, candidates[0]->key));
  // As tokens they are good but for what they say.
  const auto refused = verify(one.token, keys, {"joe", kAudience}, kNow);
  CHECK_FALSE(refused.error().message.contains("sign"));
}

TEST_CASE("a signature counts only with the kind of key that its algorithm is for", "[jwt]") {
  const auto keys = parsed(issuer_keys());
  const auto& key = keys.candidates(*find_algorithm("ES384"), "").at(0)->key;
  CHECK(is_signed("x", key_for("ES384").sign("ES384", "x"), *find_algorithm("ES384"), key));
  CHECK_FALSE(is_signed("x", key_for("ES384").sign("ES256", "x"), *find_algorithm("ES256"), key));
}

}  // namespace
}  // namespace lightfast::auth

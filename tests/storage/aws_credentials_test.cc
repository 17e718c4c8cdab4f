#include <atomic>
#include <catch2/catch.hpp>
#include <future>
#include <thread>

#include "storage/aws/lent_credentials.h"
#include "storage/aws/request_signer.h"
#include "tests/support/manual_clock.h"
#include "tests/support/scripted_client.h"
#include "tests/support/seeded_random.h"
#include "tests/support/temp_folder.h"

namespace heirloom::aws {
namespace {

using testing::ManualClock;

HttpResponse Answer(int status, std::string body) { return {status, {}, std::move(body)}; }

std::string StsAnswer(const std::string& id, Time expires) {
  return "<AssumeRoleWithWebIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">"
         "<AssumeRoleWithWebIdentityResult><Credentials><AccessKeyId>" +
         id + "</AccessKeyId><SecretAccessKey>s&amp;cret/" + id +
         "</SecretAccessKey><SessionToken>token-" + id + "</SessionToken><Expiration>" +
         ToRfc3339(expires).substr(0, 19) +
         "Z</Expiration></Credentials></AssumeRoleWithWebIdentityResult>"
         "</AssumeRoleWithWebIdentityResponse>";
}

// Lends keys named after how often it was asked.
class Lender final : public CredentialsSource {
 public:
  explicit Lender(const Clock& clock) : clock_(clock) {}

  Result<Credentials> Fetch() override {
    const int number = ++fetches;
    if (hook) hook();
    if (down) return Fail(ErrorCode::kUnavailable, "sts: nobody answers there");
    return Credentials{"KEY" + std::to_string(number), "secret", "token" + std::to_string(number),
                       clock_.Now() + Time::FromSeconds(life)};
  }

  std::atomic<int> fetches = 0;
  std::atomic<bool> down = false;
  std::atomic<int> life = 3'600;  // Seconds.
  std::function<void()> hook;

 private:
  const Clock& clock_;
};

struct Bank {
  ManualClock clock;
  testing::SeededRandom random;
  Lender* lender = nullptr;
  std::unique_ptr<CredentialsProvider> provider;

  Bank() {
    auto source = std::make_unique<Lender>(clock);
    lender = source.get();
    provider = MakeCached(std::move(source), clock, random);
  }
  std::string Id() { return provider->Get().value().access_key_id; }
};

TEST_CASE("keys are lent once, and new ones are got before they expire") {
  Bank bank;
  CHECK(bank.Id() == "KEY1");
  bank.clock.AdvanceSeconds(3'600 * 8 / 10 - 1);
  CHECK(bank.Id() == "KEY1");
  bank.clock.AdvanceSeconds(361);
  CHECK(bank.Id() == "KEY2");
  CHECK(bank.lender->fetches == 2);
}

TEST_CASE("keys that live for seconds are got anew before they are too old for their way") {
  Bank bank;
  bank.lender->life = 16;
  for (int fetch = 1; fetch <= 4; ++fetch) {
    CHECK(bank.Id() == "KEY" + std::to_string(fetch));
    bank.clock.AdvanceSeconds(5);
    CHECK(bank.Id() == "KEY" + std::to_string(fetch));
    bank.clock.AdvanceSeconds(2);
  }
}

TEST_CASE("keys that are over when they come are refused in words, and not asked for without end") {
  Bank bank;
  bank.lender->life = 0;
  for (int again = 0; again < 3; ++again) {
    const auto over = bank.provider->Get();
    REQUIRE_FALSE(over);
    CHECK(over.error().code == ErrorCode::kUnavailable);
    CHECK(over.error().message.find("clock") != std::string::npos);
  }
  CHECK(bank.lender->fetches == 1);
  bank.lender->life = 3'600;
  bank.clock.AdvanceSeconds(3);
  CHECK(bank.Id() == "KEY2");
}

TEST_CASE("when nobody lends, good keys stay in use and expired ones do not") {
  Bank bank;
  CHECK(bank.Id() == "KEY1");
  bank.lender->down = true;
  bank.clock.AdvanceSeconds(3'500);
  CHECK(bank.Id() == "KEY1");
  CHECK(bank.Id() == "KEY1");
  CHECK(bank.lender->fetches == 2);  // Asked again after a while, not each time.
  bank.clock.AdvanceSeconds(200);
  const auto expired = bank.provider->Get();
  REQUIRE_FALSE(expired);
  CHECK(expired.error().code == ErrorCode::kUnavailable);
  CHECK(expired.error().message == "sts: nobody answers there");
  bank.lender->down = false;
  bank.clock.AdvanceSeconds(3);
  CHECK(bank.Id() == "KEY4");
}

TEST_CASE("many who need keys at once cause one request") {
  Bank bank;
  std::promise<void> may_answer;
  const auto gate = may_answer.get_future().share();
  bank.lender->hook = [gate] { gate.wait(); };
  std::atomic<int> good = 0;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 8; ++i) {
      threads.emplace_back([&] {
        if (bank.Id() == "KEY1") ++good;
      });
    }
    may_answer.set_value();
  }
  CHECK(good == 8);
  CHECK(bank.lender->fetches == 1);
}

TEST_CASE("while new keys are on their way, the good old ones are used without waiting") {
  Bank bank;
  CHECK(bank.Id() == "KEY1");
  bank.clock.AdvanceSeconds(3'400);
  std::promise<void> asked;
  std::promise<void> may_answer;
  bank.lender->hook = [&] {
    asked.set_value();
    may_answer.get_future().wait();
  };
  std::jthread first([&] { static_cast<void>(bank.Id()); });
  asked.get_future().wait();
  CHECK(bank.Id() == "KEY1");
  may_answer.set_value();
  first.join();
  CHECK(bank.Id() == "KEY2");
}

TEST_CASE("keys that a service refuses are exchanged, in the middle of an upload too") {
  Bank bank;
  const auto signer = MakeSigV4Signer(*bank.provider, SigningScope::S3("us-east-1"), bank.clock);
  HttpRequest part;
  part.method = "PUT";
  part.url = "https://bucket.example.org/tenant/film?partNumber=2&uploadId=x";
  part.body = "bytes";
  REQUIRE(signer->Sign(part));
  CHECK_FALSE(signer->Renew(part));  // Too soon: whoever refuses all would make us ask without end.
  bank.clock.AdvanceSeconds(60);
  CHECK(signer->Renew(part));
  REQUIRE(signer->Sign(part));
  const auto token = [&](const HttpRequest& request) {
    for (const HttpHeader& header : request.headers) {
      if (header.name == "X-Amz-Security-Token") return header.value;
    }
    return std::string();
  };
  CHECK(token(part) == "token2");
  CHECK(bank.lender->fetches == 2);
}

TEST_CASE("a secret that was exchanged in its file is worth another try, the same is not") {
  const testing::TempFolder folder;
  const ManualClock clock;
  testing::WriteFile(folder / "secret", "old");
  const auto provider = StaticCredentials("AKID", Secret::FromFile(folder / "secret").value());
  const auto signer = MakeSigV4Signer(*provider, {"us-east-1", "sns"}, clock);
  HttpRequest request;
  request.method = "POST";
  request.url = "https://sns.example.org/";
  request.body = "Action=Publish";
  REQUIRE(signer->Sign(request));
  CHECK_FALSE(signer->Renew(request));
  testing::WriteFile(folder / "secret", "quite-new");
  CHECK(signer->Renew(request));
}

TEST_CASE("a web identity is exchanged for keys, with the token as its file holds it then") {
  const testing::TempFolder folder;
  testing::WriteFile(folder / "token", "ey.first+/=\n");
  testing::ScriptedClient sts([](const HttpRequest&) -> Result<HttpResponse> {
    return Answer(200, StsAnswer("ASIA1", Time::FromSeconds(1'800'000'000)));
  });
  WebIdentity identity;
  identity.sts_url = "https://sts.eu-central-1.amazonaws.com";
  identity.role_arn = "arn:aws:iam::123456789012:role/heirloom";
  identity.token = Secret::FromFile(folder / "token").value();
  const auto source = WebIdentityCredentials(identity, sts);
  const Credentials keys = source->Fetch().value();
  CHECK(keys.access_key_id == "ASIA1");
  CHECK(keys.secret_access_key == "s&cret/ASIA1");
  CHECK(keys.session_token == "token-ASIA1");
  CHECK(keys.expires_at == Time::FromSeconds(1'800'000'000));
  CHECK(sts.requests[0].url == "https://sts.eu-central-1.amazonaws.com/");
  CHECK(sts.requests[0].body ==
        "Action=AssumeRoleWithWebIdentity&Version=2011-06-15"
        "&RoleArn=arn%3Aaws%3Aiam%3A%3A123456789012%3Arole%2Fheirloom"
        "&RoleSessionName=heirloom&WebIdentityToken=ey.first%2B%2F%3D");
  testing::WriteFile(folder / "token", "ey.second");
  static_cast<void>(source->Fetch().value());
  CHECK(sts.requests[1].body.ends_with("WebIdentityToken=ey.second"));
}

TEST_CASE("a refusal of STS is told without the token, and an answer without keys is one") {
  std::string body =
      "<ErrorResponse><Error><Code>ExpiredTokenException</Code><Message>Token ey.secret "
      "expired</Message></Error></ErrorResponse>";
  int status = 400;
  testing::ScriptedClient sts(
      [&](const HttpRequest&) -> Result<HttpResponse> { return Answer(status, body); });
  WebIdentity identity;
  identity.sts_url = "https://sts.example.org";
  identity.role_arn = "arn:role";
  identity.token = Secret::Literal("ey.secret");
  const auto source = WebIdentityCredentials(identity, sts);
  const auto refused = source->Fetch();
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ErrorCode::kForbidden);
  CHECK(refused.error().message.find("ExpiredTokenException") != std::string::npos);
  CHECK(refused.error().message.find("ey.secret") == std::string::npos);
  status = 200;
  for (const char* bad : {"", "no xml", "<a/>", "{}"}) {
    body = bad;
    CHECK_FALSE(source->Fetch());
  }
}

TEST_CASE("a container's keys come from the endpoint beside it, with its token") {
  testing::ScriptedClient agent([](const HttpRequest&) -> Result<HttpResponse> {
    return Answer(200, R"({"AccessKeyId":"ASIA2","SecretAccessKey":"s","Token":"t",
                           "Expiration":"2027-01-15T08:00:00Z","AccountId":"1"})");
  });
  const auto source =
      ContainerCredentials({"http://169.254.170.23/v1/credentials", Secret::Literal("pod-token")},
                           agent)
          .value();
  const Credentials keys = source->Fetch().value();
  CHECK(keys.access_key_id == "ASIA2");
  CHECK(keys.session_token == "t");
  CHECK(keys.expires_at == Time::FromSeconds(1'800'000'000));
  CHECK(agent.requests[0].headers.back().value == "pod-token");
  CHECK_FALSE(ContainerCredentials({"http://keys.example.org/", {}}, agent));
  CHECK(ContainerCredentials({"https://keys.example.org/", {}}, agent));
  CHECK(ContainerCredentials({"http://127.0.0.1:51679/creds", {}}, agent));
}

TEST_CASE("a shared credentials file is read by section, and again when it changes") {
  const testing::TempFolder folder;
  testing::WriteFile(folder / "credentials",
                     "# keys\r\n[default]\naws_access_key_id = AKID1\n"
                     "aws_secret_access_key=a/b+c=\n\n[other]\naws_access_key_id=AKID2\n"
                     "aws_secret_access_key = x\naws_session_token = t\n");
  const auto own = FileCredentials(folder / "credentials", "default").value();
  CHECK(own->Get().value().secret_access_key == "a/b+c=");
  CHECK(own->Get().value().session_token.empty());
  const auto other = FileCredentials(folder / "credentials", "other").value();
  CHECK(other->Get().value().session_token == "t");
  CHECK_FALSE(FileCredentials(folder / "credentials", "missing"));
  CHECK_FALSE(FileCredentials(folder / "nothing", "default"));
  testing::WriteFile(folder / "credentials",
                     "[default]\naws_access_key_id = AKID3\naws_secret_access_key = z\n");
  CHECK(own->Get().value().access_key_id == "AKID3");
  CHECK_FALSE(other->Get());
}

}  // namespace
}  // namespace heirloom::aws

// Tests of attachments: told by their bytes, passed on by their addresses, refused where nobody takes them.
#include <sys/stat.h>
#include <unistd.h>

#include <ostream>
//
#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "cli/attach.hpp"
#include "core/url.hpp"

using namespace byok;
using namespace std::string_view_literals;
using base::ErrorKind;
using core::DocumentPart;
using core::ImagePart;
using core::WireApi;

namespace {

class Folder {
 public:
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "byok-attach-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    path_ = name;
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  [[nodiscard]] std::string write(std::string_view name, std::string_view bytes) const {
    std::ofstream(path_ / name, std::ios::binary) << bytes;
    return (path_ / name).string();
  }
  // A file of that size which begins with `bytes`; what follows takes no room on the disk.
  [[nodiscard]] std::string write_large(std::string_view name, std::string_view bytes, std::uintmax_t size) const {
    const std::string path = write(name, bytes);
    std::filesystem::resize_file(path, size);
    return path;
  }
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

core::Profile profile_for(WireApi api, core::ProviderType type = core::ProviderType::openai) {
  core::Profile profile;
  profile.type = type;
  profile.wire_api = api;
  profile.base_url = core::Url::parse("https://x.example/v1").value();
  profile.model = profile.wire_model = "m";
  return profile;
}

const core::Profile kResponses = profile_for(WireApi::responses);
const core::Profile kChat = profile_for(WireApi::completions);
const core::Profile kMessages = profile_for(WireApi::messages, core::ProviderType::anthropic);

std::string fault(std::string_view what, const core::Profile& profile = kResponses) {
  const auto part = cli::read_attachment(what, profile);
  if (part) return "";
  CHECK(part.error().kind == ErrorKind::usage);
  CHECK_FALSE(part.error().hint.empty());
  return part.error().message;
}

constexpr std::string_view kPng = "\x89PNG\r\n\x1A\nrest";

}  // namespace

TEST_CASE("an attachment's type is told by its content, whatever its name") {
  const Folder folder;
  struct Row {
    std::string_view bytes, media_type;
  };
  for (const auto& [bytes, media_type] :
       {Row{kPng, "image/png"}, Row{"\xFF\xD8\xFF\xE0rest", "image/jpeg"}, Row{"GIF89arest", "image/gif"},
        Row{"GIF87arest", "image/gif"}, Row{"RIFF\x10\0\0\0WEBPVP8 "sv, "image/webp"}}) {
    CAPTURE(media_type);
    const auto part = cli::read_attachment(folder.write("x.txt", bytes), kResponses);
    REQUIRE(part);
    const auto* image = std::get_if<ImagePart>(&*part);
    REQUIRE(image != nullptr);
    CHECK(image->media_type == media_type);
    CHECK(image->bytes == bytes);
    CHECK(image->url.empty());
  }
  for (const std::string_view bytes : {"%PDF-1.7\n"sv, "\n\n%PDF-1.4"sv}) {
    const auto part = cli::read_attachment(folder.write("a b.pdf", bytes), kMessages);
    REQUIRE(part);
    const auto* document = std::get_if<DocumentPart>(&*part);
    REQUIRE(document != nullptr);
    CHECK(document->media_type == "application/pdf");
    CHECK(document->filename == "a b.pdf");
    CHECK(document->bytes == bytes);
  }
}

TEST_CASE("what is no image and no PDF is refused with what it looks like") {
  const Folder folder;
  CHECK(fault(folder.write("a.png", "hello\n")).ends_with("it looks like text"));
  CHECK(fault(folder.write("a.png", "größer")).ends_with("it looks like text"));
  CHECK(fault(folder.write("a.svg", "<?xml version='1.0'?><svg/>")).contains("SVG"));
  CHECK(fault(folder.write("a.png", "")).ends_with("it is empty"));
  CHECK(fault(folder.write("a.png", "PK\3\4rest")).contains("ZIP"));
  CHECK(fault(folder.write("a.png",
                           "\0\0\0\x18"
                           "ftypheic"sv))
            .contains("HEIC"));
  CHECK(fault(folder.write("a.png",
                           "\0\0\0\x18"
                           "ftypmp42"sv))
            .contains("a video"));
  CHECK(fault(folder.write("a.png", "RIFF\x10\0\0\0WAVEfmt "sv)).contains("a sound"));
  CHECK(fault(folder.write("a.png", "BM1234567890")).contains("BMP"));
  CHECK(fault(folder.write("a.png", "\x01\x02\0\xFF"sv)).contains("no type that byok knows"));
  const auto text = cli::read_attachment(folder.write("it's.txt", "hello\n"), kResponses);
  REQUIRE_FALSE(text);
  CHECK(text.error().hint.starts_with("text goes into the prompt: -f '"));
}

TEST_CASE("what cannot be read is refused, and a pipe is not waited for") {
  const Folder folder;
  CHECK(fault((folder.path() / "none.png").string()).contains("No such file"));
  CHECK(fault(folder.path().string()).contains("directory"));
  CHECK(fault("/dev/null").ends_with("it is no file"));
  const std::string fifo = (folder.path() / "pipe").string();
  REQUIRE(::mkfifo(fifo.c_str(), 0600) == 0);
  CHECK(fault(fifo).ends_with("it is no file"));
  CHECK(fault("-").contains("standard input"));
  CHECK(fault("").contains("no name"));
  if (::geteuid() != 0) {
    const std::string closed = folder.write("closed.png", kPng);
    REQUIRE(::chmod(closed.c_str(), 0) == 0);
    CHECK(fault(closed).contains("Permission denied"));
  }
}

TEST_CASE("an address is passed on as it is, a document by its suffix, else an image") {
  struct Row {
    std::string_view url;
    bool is_document;
  };
  for (const auto& [url, is_document] :
       {Row{"https://h/a.png", false}, Row{"HTTPS://h/a?format=webp", false}, Row{"http://h/a.PDF?x=1", true},
        Row{"https://h/", false}, Row{"https://h/a.pdf/thumb", false}}) {
    CAPTURE(url);
    const auto part = cli::read_attachment(url, kResponses);
    REQUIRE(part);
    const auto* document = std::get_if<DocumentPart>(&*part);
    CHECK((document != nullptr) == is_document);
    CHECK((document != nullptr ? document->url : std::get<ImagePart>(*part).url) == url);
  }
  CHECK(std::get<DocumentPart>(*cli::read_attachment("https://h/x/my%20report.pdf", kMessages)).filename ==
        "my report.pdf");
}

TEST_CASE("other schemes and addresses with a login are refused, without showing the login") {
  CHECK(fault("data:image/png;base64,AAAA") == "cannot attach a data: URL: byok encodes files itself");
  CHECK(fault("ftp://h/a.png").contains("ftp:// is not passed on"));
  CHECK(fault("file:///tmp/a.png").contains("file:// is not passed on"));
  CHECK_FALSE(fault("https://user:hunter22@h/a.png").contains("hunter22"));
  CHECK_FALSE(fault("https://h/a b.png").empty());
}

TEST_CASE("a wire API without such a part says so, naming file and wire") {
  const Folder folder;
  CHECK(fault("https://h/a.pdf?sig=0123456789", kChat) ==
        "-a https://h/a.pdf?sig=[redacted]: Chat Completions takes no document by its address");
  core::Profile azure = profile_for(WireApi::completions, core::ProviderType::azure);
  azure.azure_api_version = "2024-10-21";
  CHECK(fault(folder.write("a.pdf", "%PDF-1.4"), azure) ==
        "-a a.pdf: Chat Completions on this route of Azure takes no document");
  CHECK(cli::read_attachment(folder.write("a.png", kPng), azure).has_value());
}

TEST_CASE("sizes are those that the wire API takes, counted as they are sent") {
  const Folder folder;
  const std::string large = folder.write_large("large.png", kPng, 8'000'000);
  CHECK(fault(large, kMessages).contains("it has 8.0 MB, and the Anthropic Messages API takes 7.9 MB for an image"));
  CHECK(cli::read_attachment(large, kResponses).has_value());
  const std::string pdf = folder.write_large("large.pdf", "%PDF-1.4", 8'000'000);
  const auto part = cli::read_attachment(pdf, kMessages);
  REQUIRE(part);
  CHECK(fault(folder.write_large("huge.png", kPng, 60'000'000)).contains("takes 52.4 MB in one request"));
  CHECK(fault(folder.write_large("huge.pdf", "%PDF-1.4", 30'000'000), kMessages)
            .contains("takes 25.2 MB in one request"));
  CHECK(cli::check_attachments(std::vector<core::Part>(3, *part), kMessages).has_value());
  const auto four = cli::check_attachments(std::vector<core::Part>(4, *part), kMessages);
  REQUIRE_FALSE(four);
  CHECK(
      four.error().message.starts_with("the attachments have 32.0 MB together, and the Anthropic Messages API takes"));
  CHECK(cli::check_attachments(std::vector<core::Part>(4, *part), kResponses).has_value());
}

TEST_CASE("what is secret in an address is known to the redactor") {
  base::Redactor redactor;
  cli::protect_attachment(*cli::read_attachment("https://h/a.png?sig=0123456789abc&w=100", kChat), redactor);
  CHECK(redactor.redact("0123456789abc and 100") == "[redacted] and 100");
}

import subprocess

from tiercast.tracking.git_commit import git_tags


def git(folder, *words):
    author = ["-c", "user.name=Ann", "-c", "user.email=ann@example.org"]
    subprocess.run(["git", *author, *words], cwd=folder, check=True, capture_output=True)


def test_a_folder_outside_of_a_checkout_has_no_commit(tmp_path):
    assert git_tags(tmp_path) == {}


def test_a_checkout_is_told_with_its_commit_branch_and_changes(tmp_path):
    git(tmp_path, "init", "--initial-branch", "main")
    assert git_tags(tmp_path) == {}
    (tmp_path / "shop.yaml").write_text("name: shop\n")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-m", "first")
    (tmp_path / "new.txt").write_text("not under version control")
    tags = git_tags(tmp_path)
    assert len(tags["mlflow.source.git.commit"]) == 40
    assert tags["mlflow.source.git.branch"] == "main"
    assert tags["mlflow.source.git.dirty"] == "False"
    (tmp_path / "shop.yaml").write_text("name: other\n")
    assert git_tags(tmp_path) == tags | {"mlflow.source.git.dirty": "True"}
